using System.Text;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Protocol;
using Gantry.Runner.Links;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Links;

public sealed class GitLabJobLinkTests : IAsyncLifetime
{
    private const int Limit = 30_000;

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<GitLabClient> _log = new();
    private FakeCoordinator _server = null!;
    private FakeJob _job = null!;
    private GitLabClient _client = null!;
    private GitLabJobLink _link = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeCoordinator.StartAsync();
        _job = _server.Add(SamplePayloads.Job(4));
        _client = Some.Client(_server, _time, _log);
        _link = new GitLabJobLink(_client, 4, new Secret(_job.Payload.Token), Some.Identity, _log);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task The_final_update_says_everything_once()
    {
        var answer = await _link.UpdateAsync(
            new JobUpdate
            {
                State = JobUpdateState.Failed,
                FailureReason = FailureReason.ScriptFailure,
                ExitCode = 3,
                Checksum = "crc32:00000001",
                ByteSize = 5,
            },
            Token);

        Assert.Equal(new UpdateAnswer(UpdateResult.Succeeded, false, null), answer);
        var update = await _job.Finished;
        Assert.Equal(("failed", "script_failure", 3, "crc32:00000001"), (update.State, update.FailureReason, update.ExitCode, update.Checksum));
        Assert.Equal(("crc32:00000001", 5L), (update.Output.Checksum, update.Output.Bytesize));
        Assert.True(update.Info.Features.TwoPhaseJobCommit);
        Assert.Equal(_job.Payload.Token, Assert.Single(_server.Requests).Header("JOB-TOKEN"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_keep_alive_has_an_empty_output()
    {
        await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token);

        var json = Assert.Single(_server.Requests).Json;
        Assert.Equal("{}", json.GetProperty("output").GetRawText());
        Assert.False(json.TryGetProperty("failure_reason", out _));
        Assert.False(json.TryGetProperty("exit_code", out _));
        Assert.False(json.TryGetProperty("checksum", out _));
    }

    [Theory(Timeout = Limit)]
    [InlineData(202, UpdateResult.AcceptedNotCompleted)]
    [InlineData(412, UpdateResult.LogRejected)]
    [InlineData(404, UpdateResult.Abort)]
    [InlineData(403, UpdateResult.Abort)]
    [InlineData(400, UpdateResult.Failed)]
    [InlineData(409, UpdateResult.Failed)]
    public async Task Answers_to_an_update_are_told_apart(int status, UpdateResult expected)
    {
        _server.Break("PUT jobs/4", new Fault.Status(status));

        Assert.Equal(expected, (await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Success }, Token)).Result);
    }

    [Fact(Timeout = Limit)]
    public async Task Canceling_is_a_request_and_canceled_is_the_end()
    {
        _job.Status = "canceling";
        var asked = await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token);
        Assert.Equal((UpdateResult.Succeeded, true), (asked.Result, asked.CancelRequested));

        _job.Status = "canceled";
        var ended = await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token);
        Assert.Equal((UpdateResult.Abort, false), (ended.Result, ended.CancelRequested));
        Assert.Equal(["Submitting job to coordinator...ok", "Submitting job to coordinator... job failed"], _log.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task The_server_names_the_interval()
    {
        _job.TraceInterval = 60;
        Assert.Equal(TimeSpan.FromSeconds(60), (await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token)).Interval);

        _job.TraceInterval = -10;
        Assert.Null((await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token)).Interval);
    }

    [Fact(Timeout = Limit)]
    public async Task The_log_is_appended_piece_by_piece()
    {
        Assert.Equal(new PatchAnswer(PatchResult.Succeeded, 5, false, null), await Patch(0, "hello"));
        Assert.Equal(new PatchAnswer(PatchResult.Succeeded, 11, false, null), await Patch(5, " world"));

        Assert.Equal("hello world", Encoding.UTF8.GetString(_job.Trace));
        var request = _server.Requests[1];
        Assert.Equal(("5-10", "text/plain", "?debug_trace=false"), (request.Header("Content-Range"), request.Header("Content-Type"), request.Query));
    }

    [Fact(Timeout = Limit)]
    [Trait("Trap", "1")]
    public async Task A_gap_is_answered_with_the_servers_size()
    {
        await Patch(0, "hello");
        _job.CutTrace(2);

        Assert.Equal(new PatchAnswer(PatchResult.RangeMismatch, 2, false, null), await Patch(5, " world"));
        Assert.Equal(PatchResult.Succeeded, (await Patch(2, "llo world")).Result);
        Assert.Equal("hello world", Encoding.UTF8.GetString(_job.Trace));
    }

    [Fact(Timeout = Limit)]
    public async Task An_append_whose_answer_is_lost_shows_as_a_gap_next_time()
    {
        _server.Break("PATCH jobs/4/trace", new Fault.Reset(AfterEffect: true));

        Assert.Equal(new PatchAnswer(PatchResult.Failed, 0, false, null), await Patch(0, "hello"));
        Assert.Equal(new PatchAnswer(PatchResult.RangeMismatch, 5, false, null), await Patch(0, "hello"));
    }

    [Fact(Timeout = Limit)]
    public async Task An_append_repeated_after_a_server_error_sends_the_same_bytes()
    {
        _server.Break("PATCH jobs/4/trace", new Fault.Status(500), times: 2);

        var answer = await _time.PumpAsync(Patch(0, "hello"), TimeSpan.FromMilliseconds(50));

        Assert.Equal(PatchResult.Succeeded, answer.Result);
        Assert.Equal(["hello", "hello", "hello"], _server.Requests.Select(r => r.Text));
    }

    [Fact(Timeout = Limit)]
    public async Task An_empty_piece_is_not_sent()
    {
        Assert.Equal(new PatchAnswer(PatchResult.Succeeded, 7, false, null), await Patch(7, ""));
        Assert.Empty(_server.Requests);
    }

    [Fact(Timeout = Limit)]
    public async Task An_artifact_is_streamed_as_one_file()
    {
        var upload = Upload("report.zip", "content") with { Type = "junit", Format = "gzip", ExpireIn = "1 week" };

        var answer = await _link.UploadArtifactAsync(upload, Token);

        Assert.Equal((UploadResult.Succeeded, "201 Created"), (answer.Result, answer.StatusText));
        var artifact = Assert.Single(_job.Artifacts);
        Assert.Equal(("report.zip", "junit", "gzip", "1 week", "content"),
            (artifact.FileName, artifact.Type, artifact.Format, artifact.ExpireIn, Encoding.UTF8.GetString(artifact.Content)));
        var request = Assert.Single(_server.Requests);
        Assert.Null(request.Header("Content-Length"));
        Assert.Contains("Content-Disposition: form-data; name=\"file\"; filename=\"report.zip\"", request.Text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/octet-stream", request.Text, StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData(403, UploadResult.Forbidden)]
    [InlineData(413, UploadResult.TooLarge)]
    [InlineData(400, UploadResult.Failed)]
    public async Task Answers_to_an_upload_are_told_apart(int status, UploadResult expected)
    {
        _server.Break("POST jobs/4/artifacts", new Fault.Status(status));

        Assert.Equal(expected, (await _link.UploadArtifactAsync(Upload("a.zip", "x"), Token)).Result);
    }

    [Fact(Timeout = Limit)]
    public async Task An_upload_is_written_anew_after_a_server_error()
    {
        _server.Break("POST jobs/4/artifacts", new Fault.Status(503));

        var answer = await _time.PumpAsync(_link.UploadArtifactAsync(Upload("a.zip", "whole"), Token), TimeSpan.FromMilliseconds(50));

        Assert.Equal(UploadResult.Succeeded, answer.Result);
        Assert.Equal("whole", Encoding.UTF8.GetString(Assert.Single(_job.Artifacts).Content));
    }

    [Fact(Timeout = Limit)]
    public async Task A_download_gives_the_bytes()
    {
        await _link.UploadArtifactAsync(Upload("a.zip", "bytes"), Token);

        Assert.Equal((DownloadResult.Succeeded, "bytes"), await Download(direct: false));
        Assert.Equal("", _server.Requests[^1].Query);
        Assert.Equal((DownloadResult.Succeeded, "bytes"), await Download(direct: true));
        Assert.Equal("?direct_download=true", _server.Requests[^1].Query);
    }

    [Fact(Timeout = Limit)]
    public async Task A_direct_download_follows_to_the_object_store()
    {
        await using var store = await FakeCoordinator.StartAsync();
        store.Break("GET jobs/9/artifacts", new Fault.Status(200) { Body = "from the store" });
        await _link.UploadArtifactAsync(Upload("a.zip", "bytes"), Token);
        _server.ObjectStore = $"{store.Url}/api/v4/jobs/9/artifacts?signature=1";

        Assert.Equal((DownloadResult.Succeeded, "from the store"), await Download(direct: true));
    }

    [Theory(Timeout = Limit)]
    [InlineData(401, DownloadResult.Unauthorized)]
    [InlineData(403, DownloadResult.Forbidden)]
    [InlineData(404, DownloadResult.NotFound)]
    [InlineData(418, DownloadResult.Failed)]
    public async Task Answers_to_a_download_are_told_apart(int status, DownloadResult expected)
    {
        _server.Break("GET jobs/4/artifacts", new Fault.Status(status));

        Assert.Equal((expected, ""), await Download(direct: true));
    }

    [Fact(Timeout = Limit)]
    public async Task An_object_stores_own_words_reach_the_user()
    {
        _server.Break("GET jobs/4/artifacts", new Fault.Status(403)
        {
            ContentType = "application/xml",
            Body = "<?xml version=\"1.0\"?><Error><Code>SecurityPolicyViolated</Code><Message>not from there</Message></Error>",
        });
        var answer = await _link.DownloadArtifactAsync(
            new ArtifactDownload { JobId = 4, Token = new Secret("t"), DirectDownload = true, ReadAsync = (_, _) => Task.CompletedTask }, Token);

        Assert.Equal("403 Forbidden (SecurityPolicyViolated: not from there)", answer.StatusText);
    }

    [Fact(Timeout = Limit)]
    public async Task A_truncated_download_fails()
    {
        _server.Break("GET jobs/4/artifacts", new Fault.Truncated(200, "application/octet-stream", "half"));

        Assert.Equal(DownloadResult.Failed, (await Download(direct: false)).Result);
    }

    private Task<PatchAnswer> Patch(long offset, string text) =>
        _link.PatchTraceAsync(new TracePatch(offset, Encoding.UTF8.GetBytes(text), DebugTrace: false), Token);

    private static ArtifactUpload Upload(string name, string content) => new()
    {
        FileName = name,
        WriteAsync = (stream, cancellationToken) => stream.WriteAsync(Encoding.UTF8.GetBytes(content), cancellationToken).AsTask(),
    };

    private async Task<(DownloadResult Result, string Content)> Download(bool direct)
    {
        using var content = new MemoryStream();
        var answer = await _link.DownloadArtifactAsync(
            new ArtifactDownload
            {
                JobId = 4,
                Token = new Secret(_job.Payload.Token),
                DirectDownload = direct,
                ReadAsync = (body, cancellationToken) => body.CopyToAsync(content, cancellationToken),
            },
            Token);
        return (answer.Result, answer.Result == DownloadResult.Succeeded ? Encoding.UTF8.GetString(content.ToArray()) : "");
    }
}
