using System.Globalization;
using System.Text.Json;

namespace Gantry.Executors.Docker.Api;

/// <summary><c>/containers</c> and <c>/exec</c>. Every member may throw <see cref="EngineException"/>.</summary>
internal sealed class EngineContainers(EngineTransport transport)
{
    /// <param name="name">The container's name; null lets the engine choose.</param>
    /// <param name="platform"><c>os/arch[/variant]</c>; null for the engine's own.</param>
    /// <param name="spec">What to make.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<CreatedContainer> CreateAsync(string? name, string? platform, ContainerSpec spec, CancellationToken cancellationToken) =>
        transport.PostAsync("/containers/create" + Query.Of(("name", name), ("platform", platform)), spec,
            EngineJson.Default.ContainerSpec, EngineJson.Default.CreatedContainer, cancellationToken);

    /// <returns>False: it was running already.</returns>
    public async Task<bool> StartAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await transport.SendAsync(HttpMethod.Post, $"/containers/{id}/start", null, cancellationToken);
        return response.StatusCode != System.Net.HttpStatusCode.NotModified;
    }

    public Task<ContainerDetails> InspectAsync(string id, CancellationToken cancellationToken) =>
        transport.GetAsync($"/containers/{Uri.EscapeDataString(id)}/json", EngineJson.Default.ContainerDetails, cancellationToken);

    /// <summary>Running and stopped ones that carry all of the labels.</summary>
    public Task<IReadOnlyList<ContainerLine>> ListAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken) =>
        transport.GetAsync("/containers/json" + Query.Of(("all", "1"), ("filters", Query.Labels(labels))),
            EngineJson.Default.IReadOnlyListContainerLine, cancellationToken);

    /// <summary>Joins the container's streams. Do it before the start: what comes earlier is not repeated.</summary>
    public Task<HijackedStream> AttachAsync(string id, bool input, CancellationToken cancellationToken) =>
        transport.HijackAsync($"/containers/{id}/attach" + Query.Of(("stream", "1"), ("stdin", input ? "1" : null), ("stdout", "1"), ("stderr", "1")),
            default, cancellationToken);

    /// <summary>
    /// Waits for the container to end. The answer's head comes at once, so when this returns the engine is watching: with
    /// <c>next-exit</c> it is asked for before the start and no exit can be missed.
    /// </summary>
    /// <param name="id">Container.</param>
    /// <param name="condition"><c>not-running</c>, <c>next-exit</c> or <c>removed</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<PendingExit> WaitAsync(string id, string condition, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(
            HttpMethod.Post, $"/containers/{id}/wait" + Query.Of(("condition", condition)), null, cancellationToken);
        return new PendingExit(transport, response);
    }

    /// <summary>What it uses now; all zero when it does not run.</summary>
    public Task<ContainerUse> UseAsync(string id, CancellationToken cancellationToken) =>
        transport.GetAsync($"/containers/{id}/stats" + Query.Of(("stream", "0"), ("one-shot", "1")), EngineJson.Default.ContainerUse, cancellationToken);

    /// <summary>A container that is not running is no error.</summary>
    /// <param name="id">Container.</param>
    /// <param name="grace">Between the terminate signal and the kill; null for the engine's own (10 s).</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task StopAsync(string id, TimeSpan? grace, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Post,
            $"/containers/{id}/stop" + Query.Of(("t", grace?.TotalSeconds.ToString("0", CultureInfo.InvariantCulture))), cancellationToken);

    /// <summary>Conflict (409) when it is not running.</summary>
    public Task KillAsync(string id, string signal, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Post, $"/containers/{id}/kill" + Query.Of(("signal", signal)), cancellationToken);

    /// <summary>Ends and removes; networks are left by the engine itself.</summary>
    /// <param name="id">Container.</param>
    /// <param name="volumes">Anonymous volumes go as well.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task RemoveAsync(string id, bool volumes, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Delete, $"/containers/{Uri.EscapeDataString(id)}" + Query.Of(("force", "1"), ("v", volumes ? "1" : null)), cancellationToken);

    /// <summary>The container's log from its first byte, in frames.</summary>
    /// <param name="id">Container.</param>
    /// <param name="follow">Goes on until the container ends.</param>
    /// <param name="timestamps">Each line begins with its time.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<Stream> LogsAsync(string id, bool follow, bool timestamps, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(HttpMethod.Get,
            $"/containers/{id}/logs" + Query.Of(("stdout", "1"), ("stderr", "1"), ("follow", follow ? "1" : null), ("timestamps", timestamps ? "1" : null)),
            null, cancellationToken);
        return new AnswerStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Unpacks a tar at <paramref name="path"/>, which must exist. Works before the first start.</summary>
    public async Task PutArchiveAsync(string id, string path, HttpContent tar, CancellationToken cancellationToken)
    {
        tar.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-tar");
        using var response = await transport.SendAsync(HttpMethod.Put, $"/containers/{id}/archive" + Query.Of(("path", path)), tar, cancellationToken);
    }

    /// <summary>A tar of what is at <paramref name="path"/>; its first entry is the last part of the path. 404 when there is nothing.</summary>
    public async Task<Stream> GetArchiveAsync(string id, string path, CancellationToken cancellationToken)
    {
        var response = await transport.SendAsync(HttpMethod.Get, $"/containers/{id}/archive" + Query.Of(("path", path)), null, cancellationToken);
        return new AnswerStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    public async Task<string> CreateExecAsync(string id, ExecSpec spec, CancellationToken cancellationToken) =>
        (await transport.PostAsync($"/containers/{id}/exec", spec, EngineJson.Default.ExecSpec, EngineJson.Default.CreatedId, cancellationToken)).Id;

    /// <summary>Starts an exec and joins its streams.</summary>
    public Task<HijackedStream> StartExecAsync(string exec, bool terminal, CancellationToken cancellationToken) =>
        transport.HijackAsync($"/exec/{exec}/start",
            JsonSerializer.SerializeToUtf8Bytes(new ExecStart(false, terminal), EngineJson.Default.ExecStart), cancellationToken);

    public Task<ExecDetails> InspectExecAsync(string exec, CancellationToken cancellationToken) =>
        transport.GetAsync($"/exec/{exec}/json", EngineJson.Default.ExecDetails, cancellationToken);

    public Task ResizeExecAsync(string exec, int columns, int rows, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Post, $"/exec/{exec}/resize" + Query.Of(
            ("w", columns.ToString(CultureInfo.InvariantCulture)), ("h", rows.ToString(CultureInfo.InvariantCulture))), cancellationToken);
}

/// <summary>A wait that the engine has taken on.</summary>
internal sealed class PendingExit(EngineTransport transport, HttpResponseMessage response) : IDisposable
{
    /// <summary>The exit. Once.</summary>
    /// <exception cref="EngineException">The connection broke.</exception>
    public Task<WaitAnswer> AnswerAsync(CancellationToken cancellationToken) =>
        transport.ReadAsync(response, EngineJson.Default.WaitAnswer, cancellationToken);

    public void Dispose() => response.Dispose();
}
