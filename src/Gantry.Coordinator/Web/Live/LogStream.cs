using System.Buffers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Logs;

namespace Gantry.Coordinator.Web.Live;

/// <summary>
/// A job's log as server-sent events: batches of changed lines and sections (<see cref="LogJson"/>) as they happen, then one
/// with <c>"complete":true</c>. Who comes back with the offset of the last batch goes on from there.
/// </summary>
internal static class LogStream
{
    /// <summary>Everything behind <paramref name="offset"/>, and what is still to come.</summary>
    public static async IAsyncEnumerable<SseItem<byte[]>> FollowAsync(
        CoordinatorServices services, long jobId, long offset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var parser = new LogParser();
        await foreach (var piece in services.Traces.TailAsync(jobId, 0, () => IsOverAsync(services.Database, jobId, cancellation), cancellation))
        {
            // The parser must see the log from its beginning; what the reader has is not sent again. It stops exactly where
            // the reader stood, so that it knows which unfinished line the reader was shown.
            var known = (int)Math.Clamp(offset - parser.Offset, 0, piece.Length);
            if (known > 0)
            {
                parser.Append(piece.Span[..known]);
                parser.TakeChanges();
            }

            if (known == piece.Length)
                continue;
            parser.Append(piece.Span[known..]);
            yield return new SseItem<byte[]>(Json(parser.TakeChanges(), complete: false));
        }

        parser.Complete();
        yield return new SseItem<byte[]>(Json(parser.TakeChanges(), complete: true));
    }

    private static Task<bool> IsOverAsync(Database database, long jobId, CancellationToken cancellation) =>
        database.ReadAsync(session => session.Jobs.Find(jobId) is not { } job || !(CiStatus.IsExecuting(job.Status) || job.Status == CiStatus.Pending), cancellation);

    private static byte[] Json(LogBatch batch, bool complete)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, LogJson.Options))
        {
            json.WriteStartObject();
            LogJson.WriteMembers(json, batch);
            if (complete)
                json.WriteBoolean("complete"u8, true);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
