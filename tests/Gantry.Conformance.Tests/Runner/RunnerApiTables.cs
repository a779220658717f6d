using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Protocol;
using Gantry.Protocol.Json;
using Gantry.Protocol.Runners;
using Gantry.Runner.Links;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>runner-api.json and the answers of job-updates.json: status, headers and body to outcome and log line.</summary>
public sealed partial class RunnerApiTables
{
    private static readonly RunnerIdentity Identity = RunnerIdentities.Unconfigured(ConfigTables.Context.Version);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    [Tables("runner-api", "register", "register-limit")]
    public Task Registrations() => Api(6, "POST runners", async (one, call) =>
    {
        var answer = await call.Client.RegisterAsync(new RegisterRunnerRequest { Token = one.In("token") }, Token);
        var registered = answer as RegisterAnswer.Registered;
        Assert.Equal(one.Expected.Member("result")?.GetProperty("id").GetInt64(), registered?.Id);
        Assert.Equal(one.Expected.Member("result")?.Text("token"), registered?.Token.Reveal());
        CheckExpiry(one, registered?.TokenExpiresAt);
    });

    [Fact(Timeout = 60_000)]
    [Tables("runner-api", "verify", "verify-legacy")]
    public Task Verifications() => Api(8, "POST runners/verify", async (one, call) =>
    {
        var answer = await call.Client.VerifyAsync(Identity, "s_1", Token);
        Assert.Equal(one.Expected.Member("result") is null, answer is VerifyAnswer.Rejected);
        if (one.Expected.Member("result")?.Member("id")?.GetInt64() is { } id)
        {
            Assert.Equal(id, (answer as VerifyAnswer.Valid)?.Id ?? 0);
            CheckExpiry(one, (answer as VerifyAnswer.Valid)?.TokenExpiresAt);
        }
    });

    [Fact(Timeout = 60_000)]
    [Tables("runner-api", "unregister", "unregister-manager")]
    public Task Removals() => Api(8, "DELETE runners", async (one, call) =>
        Assert.Equal(
            one.Expected.GetProperty("ok").GetBoolean(),
            one.Table == "unregister" ? await call.Client.UnregisterAsync(Token) : await call.Client.UnregisterManagerAsync(one.In("system_id"), Token)));

    [Fact(Timeout = 60_000)]
    [Tables("runner-api", "reset-token")]
    public Task Token_resets() => Api(3, "POST runners/reset_authentication_token", async (one, call) =>
    {
        var renewed = await call.Client.ResetTokenAsync(Token) as ResetTokenAnswer.Renewed;
        Assert.Equal(one.Expected.Member("result")?.Text("token"), renewed?.Token.Reveal());
        CheckExpiry(one, renewed?.TokenExpiresAt);
    });

    [Fact(Timeout = 60_000)]
    [Tables("runner-api", "request-job")]
    public Task Job_requests() => Api(5, "POST jobs/request", async (one, call) =>
    {
        var answer = await call.Time.PumpAsync(call.Client.RequestJobAsync(Identity, "s_1", new JobRequestOptions(), Token), Step);
        Assert.Equal(one.Expected.Text("result") == "job", answer is JobRequestAnswer.Received);
        Assert.Equal(one.Expected.GetProperty("ok").GetBoolean(), answer is not JobRequestAnswer.Refused);
        Assert.Equal(one.Expected.Text("last_update"), call.Client.LastUpdate);
    });

    [Fact(Timeout = 60_000)]
    [Tables("runner-api", "upload")]
    public Task Uploads() => Api(8, "POST jobs/10/artifacts", async (one, call) =>
    {
        var upload = new ArtifactUpload
        {
            FileName = "artifact.zip",
            Type = one.In("type"),
            Format = one.In("format"),
            WriteAsync = (stream, cancel) => stream.WriteAsync(Encoding.UTF8.GetBytes(one.In("content")), cancel).AsTask(),
        };
        if (one.Input.Member("status_at_target") is { } status)
        {
            call.Server.Break("POST jobs/10/new-location", new Fault.Status(status.GetInt32()) { Reason = "Created" });
        }

        var answer = await call.Time.PumpAsync(Link(call, one).UploadArtifactAsync(upload, Token), Step);
        Assert.Equal(one.Expected.Text("state"), Dashed(answer.Result));
        Assert.EndsWith(answer.StatusText, one.Expected.Text("log_matches")!, StringComparison.Ordinal);
        foreach (var field in one.Input.Member("form_field")?.EnumerateObject().AsEnumerable() ?? [])
        {
            Assert.Contains($"{field.Name}={field.Value.GetString()}", call.Server.Requests[0].Query, StringComparison.Ordinal);
        }
    });

    [Fact(Timeout = 60_000)]
    [Tables("runner-api", "download")]
    public Task Downloads() => Api(7, "GET jobs/10/artifacts", async (one, call) =>
    {
        using var content = new MemoryStream();
        var answer = await Link(call, one).DownloadArtifactAsync(
            new ArtifactDownload
            {
                JobId = 10,
                Token = new Secret(one.In("token")),
                DirectDownload = one.Input.Member("direct_download")?.GetBoolean() ?? false,
                ReadAsync = (body, cancel) => body.CopyToAsync(content, cancel),
            },
            Token);
        Assert.Equal(one.Expected.Text("state"), Dashed(answer.Result));
        Assert.Equal(one.Expected.Text("content") ?? "", Encoding.UTF8.GetString(content.ToArray()));
    });

    [Fact(Timeout = 60_000)]
    [Tables("job-updates", "update", "keep-alive")]
    public Task Updates() => Job(9, "PUT jobs/10", async (one, call) =>
    {
        var state = Enum.Parse<JobUpdateState>(one.In("state"), ignoreCase: true);
        var reason = one.Input.Text("failure_reason") is { } wire ? new FailureReason(wire) : (FailureReason?)null;
        var answer = await Link(call, one).UpdateAsync(new JobUpdate { State = state, FailureReason = reason }, Token);
        var expected = one.Expected.Text("state") switch
        {
            "accepted-but-not-completed" => UpdateResult.AcceptedNotCompleted,
            "trace-validation-failed" => UpdateResult.LogRejected,
            var text => Enum.Parse<UpdateResult>(text!, ignoreCase: true),
        };
        Assert.Equal((expected, one.Expected.Member("cancel_requested")?.GetBoolean() ?? false), (answer.Result, answer.CancelRequested));
        CheckLine(one, call.Log);
    });

    [Fact(Timeout = 60_000)]
    [Tables("job-updates", "patch", "growing", "content-range")]
    public Task Patches() => Job(18, "PATCH jobs/10/trace", async (one, call) =>
    {
        var trace = Encoding.UTF8.GetBytes(one.In("trace"));
        var offset = one.Input.GetProperty("offset").GetInt32();
        var end = one.Input.Member("end")?.GetInt32() ?? trace.Length;
        var debug = one.Input.Member("debug_trace")?.GetBoolean() ?? false;
        var answer = await Link(call, one).PatchTraceAsync(new TracePatch(offset, trace.AsMemory(offset, end - offset), debug), Token);

        Assert.Equal(one.Expected.Text("state"), Dashed(answer.Result));
        Assert.Equal(one.Expected.Member("cancel_requested")?.GetBoolean() ?? answer.CancelRequested, answer.CancelRequested);
        Assert.Equal(one.Expected.Member("sent_offset")?.GetInt64() ?? answer.NextOffset, answer.NextOffset);
        var request = call.Server.Requests.SingleOrDefault();
        if (one.Expects("content_range"))
        {
            Assert.Equal(one.Expected.Text("content_range"), request?.Header("Content-Range"));
        }

        if (one.Expects("content_length"))
        {
            Assert.Equal(one.Expected.Member("content_length")?.GetInt32(), request?.Body.Length);
        }

        Assert.Contains(one.Expected.Text("query") ?? "", request?.Query ?? "", StringComparison.Ordinal);
        CheckLine(one, call.Log);
    });

    [Fact]
    [Tables("job-updates", "interval-header")]
    public Task Intervals() => RunnerCases.Run(4, one =>
        Assert.Equal(
            one.Expected.GetProperty("update_interval_s").GetInt32(),
            GitLabJobLink.IntervalSeconds(one.Input.GetProperty("headers").Text("X-GitLab-Trace-Update-Interval"))));

    [Fact(Timeout = 60_000)]
    [Tables("job-updates", "correlation")]
    public Task Correlation_ids() => RunnerCases.RunAsync(2, async one =>
    {
        // Our own request id is the fallback: it is sent, and kept when no answer names another.
        await using var server = await FakeCoordinator.StartAsync();
        server.Break("GET x", one.Input.Member("headers") is null
            ? new Fault.Reset(AfterEffect: false)
            : new Fault.Status(200) { Headers = new Dictionary<string, string> { [ProtocolHeaders.RequestId] = "" } });
        using var client = HttpTables.Client(server.Url, "t", new FakeTimeProvider());
        var answer = await client.Connection.SendAsync(new GitLabCall { Method = HttpMethod.Get, Path = "x" }, Token);
        Assert.Equal(server.Requests[0].Header(ProtocolHeaders.RequestId), answer.CorrelationId);
    });

    private Task Api(int count, string beginning, Func<RunnerCase, Call, Task> check) =>
        RunnerCases.RunAsync(count, async one =>
        {
            await WithServerAsync(one, beginning, check);
        });

    private Task Job(int count, string beginning, Func<RunnerCase, Call, Task> check) =>
        RunnerCases.RunAsync(count, one => WithServerAsync(one, beginning, check));

    private static async Task WithServerAsync(RunnerCase one, string beginning, Func<RunnerCase, Call, Task> check)
    {
        await using var server = await FakeCoordinator.StartAsync();
        if (one.Input.Member("status") is { } status)
        {
            server.Break(beginning, Answer(one, status.GetInt32()), times: 10);
        }

        var time = new FakeTimeProvider();
        var log = new RecordingLogger<GitLabClient>();
        using var client = HttpTables.Client(one.Input.Text("url") ?? server.Url, one.Input.Text("token") ?? "t", time, log);
        await check(one, new Call(server, client, time, log));
        CheckLog(one, log);
    }

    private static Fault.Status Answer(RunnerCase one, int status)
    {
        var body = one.Input.Member("body") is { } given
            ? given.ValueKind == JsonValueKind.String ? given.GetString()! : given.GetRawText()
            : one.Input.Text("document") is not null
                ? JsonSerializer.Serialize(Document(), ProtocolJson.Default.JobPayload)
                : "";
        var headers = one.Input.Map("headers");
        headers[ProtocolHeaders.RequestId] = "foobar";
        return new Fault.Status(status)
        {
            // Go's standard text where the platform's differs.
            Reason = status == 413 ? "Request Entity Too Large" : null,
            ContentType = one.Input.Text("content_type") ?? (body.Length > 0 ? "application/json" : null),
            Body = body,
            Headers = headers,
        };
    }

    private static Protocol.Jobs.JobPayload Document() => SamplePayloads.Job(10) with
    {
        GitInfo = SamplePayloads.Job().GitInfo with { RepoUrl = "https://gitlab-ci-token:t@gitlab.example.com/test/test-project.git" },
    };

    private static GitLabJobLink Link(Call call, RunnerCase one) => new(call.Client, 10, new Secret(one.In("token")), Identity, call.Log);

    private static void CheckExpiry(RunnerCase one, DateTimeOffset? actual)
    {
        if (one.Expected.Member("result")?.Text("token_expires_at") is { } expires)
        {
            Assert.Equal(DateTimeOffset.Parse(expires, System.Globalization.CultureInfo.InvariantCulture), actual);
        }
    }

    /// <summary>Log texts of the data are logrus lines: level, message and fields are compared one by one.</summary>
    private static void CheckLog(RunnerCase one, RecordingLogger<GitLabClient> log)
    {
        foreach (var text in one.Expected.Texts("log_contains"))
        {
            Assert.Contains(log.Entries, entry => Line(entry).Contains(text, StringComparison.Ordinal));
        }

        if (one.Table == "request-job" && one.Expected.Text("log_matches") is { } pattern)
        {
            Assert.Contains(log.Entries, entry => Regex.IsMatch(Line(entry), pattern));
        }
    }

    private static void CheckLine(RunnerCase one, RecordingLogger<GitLabClient> log)
    {
        if (one.Expected.Text("log") is { } text)
        {
            Assert.Equal(text, log.Messages.Last());
        }
    }

    private static string Line(LogEntry entry)
    {
        var level = entry.Level switch
        {
            LogLevel.Information => "info",
            LogLevel.Warning => "warning",
            LogLevel.Error => "error",
            _ => "debug",
        };
        var fields = entry.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $" {f.Key}={Quoted($"{f.Value}")}");
        return $"level={level} msg=\"{entry.Message}\"{string.Concat(fields)}";
    }

    private static string Quoted(string value) => Plain().IsMatch(value) ? value : $"\"{value}\"";

    private static string Dashed<T>(T value)
        where T : Enum => Words().Replace(value.ToString(), "-$1").ToLowerInvariant();

    [GeneratedRegex("^[a-zA-Z0-9._/@^+-]+$")]
    private static partial Regex Plain();

    [GeneratedRegex("(?<=[a-z])([A-Z])")]
    private static partial Regex Words();

    private sealed record Call(FakeCoordinator Server, GitLabClient Client, FakeTimeProvider Time, RecordingLogger<GitLabClient> Log);
}
