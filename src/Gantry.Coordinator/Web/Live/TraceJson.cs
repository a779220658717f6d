using System.Text.Json;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Traces;
using Gantry.Coordinator.Web.Logs;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Live;

/// <summary>
/// The log for those who ask again and again instead of listening: the members of GitLab's <c>trace.json</c>, with lines as
/// in <see cref="LogJson"/>. <c>state</c> is what the next question gives back.
/// </summary>
internal static class TraceJson
{
    public static async Task WriteAsync(HttpContext http, TraceStore traces, JobRow job)
    {
        var cancellation = http.RequestAborted;
        _ = long.TryParse(http.Request.Query["state"], out var state);
        await using var file = traces.OpenRead(job.Id);
        var size = file?.Length ?? 0;
        if (state < 0 || state > size)
            state = 0;
        var parser = new LogParser();
        if (file is not null && state < size)
            await ReadAsync(file, parser, state, size, cancellation);
        var over = !CiStatus.IsExecuting(job.Status);
        if (over)
            parser.Complete();

        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        await using var json = new Utf8JsonWriter(http.Response.Body, LogJson.Options);
        json.WriteStartObject();
        json.WriteNumber("id"u8, job.Id);
        json.WriteString("status"u8, job.Status);
        json.WriteBoolean("complete"u8, over);
        json.WriteString("state"u8, size.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteBoolean("append"u8, state > 0);
        json.WriteBoolean("truncated"u8, false);
        json.WriteNumber("size"u8, size - state);
        json.WriteNumber("total"u8, size);
        if (state < size)
            LogJson.WriteMembers(json, parser.TakeChanges());
        json.WriteEndObject();
        await json.FlushAsync(cancellation);
    }

    // Only up to the size told as the state: what is appended meanwhile belongs to the next answer.
    private static async Task ReadAsync(FileStream file, LogParser parser, long state, long size, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (parser.Offset < size)
        {
            var stop = parser.Offset < state ? state : size;
            var count = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, stop - parser.Offset)), cancellation);
            if (count == 0)
                break;
            parser.Append(buffer.AsSpan(0, count));
            if (parser.Offset <= state)
                parser.TakeChanges();
        }
    }
}
