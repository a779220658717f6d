using Gantry.Engine;
using Gantry.Protocol.Runners;
using Gantry.Runner.Links;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Links;

public sealed class GitLabClientTests : IAsyncLifetime
{
    private const int Limit = 30_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<GitLabClient> _log = new();
    private FakeCoordinator _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await FakeCoordinator.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact(Timeout = Limit)]
    public async Task Registering_gives_the_new_runner()
    {
        using var client = Some.Client(_server, _time, _log, token: "registration-token");

        var answer = await client.RegisterAsync(
            new RegisterRunnerRequest { Token = "registration-token", Info = Some.Identity, Description = "d", RunUntagged = true }, Token);

        var registered = Assert.IsType<RegisterAnswer.Registered>(answer);
        Assert.Equal("fresh-runner-token", registered.Token.Reveal());
        Assert.True(registered.Id > 0);
        var request = Assert.Single(_server.Requests);
        Assert.Equal("registration-token", request.Header("RUNNER-TOKEN"));
        Assert.Equal("d", request.Json.GetProperty("description").GetString());
        Assert.True(request.Json.GetProperty("info").GetProperty("features").GetProperty("cancel_gracefully").GetBoolean());
        Assert.Contains("Registering runner... succeeded", _log.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task Every_request_carries_the_protocols_headers()
    {
        using var client = Some.Client(_server, _time);

        await client.VerifyAsync(Some.Identity, "s_123456789012", Token);

        var request = Assert.Single(_server.Requests);
        Assert.StartsWith("gitlab-runner 19.0.0 (", request.Header("User-Agent"), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}$", request.Header("X-Request-Id")!);
        Assert.Equal("application/json", request.Header("Accept"));
        Assert.Equal("application/json", request.Header("Content-Type"));
        Assert.Equal("glrt-fake-runner-token", request.Header("RUNNER-TOKEN"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_refused_registration_says_why_in_the_log()
    {
        using var client = Some.Client(_server, _time, _log, token: "wrong");

        var answer = await client.RegisterAsync(new RegisterRunnerRequest { Token = "wrong" }, Token);

        Assert.IsType<RegisterAnswer.Refused>(answer);
        var line = Assert.Single(_log.Entries);
        Assert.Equal((LogLevel.Error, "Registering runner... forbidden (check registration token)"), (line.Level, line.Message));
        Assert.Contains("403 Forbidden (403 Forbidden - invalid token supplied)", (string)line.Fields["status"]!, StringComparison.Ordinal);
        Assert.Equal("01FAKE1", line.Fields["correlation_id"]);
    }

    [Fact(Timeout = Limit)]
    public async Task Only_a_403_makes_a_runner_invalid()
    {
        using var client = Some.Client(_server, _time, _log);
        _server.Break("POST runners/verify", new Fault.Status(422));
        Assert.IsType<VerifyAnswer.Unknown>(await client.VerifyAsync(Some.Identity, "s_1", Token));

        _server.Runners.Clear();
        Assert.IsType<VerifyAnswer.Rejected>(await client.VerifyAsync(Some.Identity, "s_1", Token));
    }

    [Fact(Timeout = Limit)]
    public async Task A_server_that_verifies_in_plain_text_is_asked_once_more()
    {
        using var client = Some.Client(_server, _time, _log);
        _server.Break("POST runners/verify", new Fault.Status(200) { ContentType = "text/plain", Body = "200" }, times: 2);

        var answer = await client.VerifyAsync(Some.Identity, "s_1", Token);

        Assert.Equal(new VerifyAnswer.Valid(0, default, null), answer);
        Assert.Equal(["application/json", null], _server.Requests.Select(r => r.Header("Accept")));
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_is_received_with_the_servers_request_id()
    {
        using var client = Some.Client(_server, _time, _log);
        _server.Enqueue(SamplePayloads.Job(10));

        var answer = await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token);

        var received = Assert.IsType<JobRequestAnswer.Received>(answer);
        Assert.Equal((10, "01FAKE1", false), (received.Job.Id, received.CorrelationId, received.Retried));
        var line = Assert.Single(_log.Entries);
        Assert.Equal("Checking for jobs... received", line.Message);
        Assert.Equal("https://gitlab.example.com/group/shop.git", line.Fields["repo_url"]);
    }

    [Fact(Timeout = Limit)]
    public async Task The_last_update_is_sent_back_unless_the_answer_must_come_at_once()
    {
        using var client = Some.Client(_server, _time);
        await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token);
        await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token);
        await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions { Holds = false }, Token);

        var sent = _server.Requests.Select(r => r.Json.TryGetProperty("last_update", out var value) ? value.GetString() : null);
        Assert.Equal([null, "1", null], sent);
        Assert.Equal("1", client.LastUpdate);
    }

    [Theory(Timeout = Limit)]
    [InlineData(403, typeof(JobRequestAnswer.Refused))]
    [InlineData(409, typeof(JobRequestAnswer.Failed))]
    [InlineData(501, typeof(JobRequestAnswer.Failed))]
    [InlineData(204, typeof(JobRequestAnswer.None))]
    public async Task Answers_without_a_job_are_told_apart(int status, Type expected)
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST jobs/request", new Fault.Status(status));

        Assert.IsType(expected, await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token));
        Assert.Single(_server.Requests);
    }

    [Fact(Timeout = Limit)]
    [Trait("Trap", "7")]
    public async Task A_job_that_cannot_be_decoded_is_a_failure_and_its_text_stays_secret()
    {
        using var client = Some.Client(_server, _time, _log);
        _server.Break("POST jobs/request", new Fault.Status(201) { ContentType = "application/json", Body = """{"id":"glcbt-secret"}""" });

        Assert.IsType<JobRequestAnswer.Failed>(await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token));

        Assert.DoesNotContain("glcbt-secret", string.Concat(_log.Entries.Select(e => e.Message + string.Concat(e.Fields.Values))), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_cut_connection_is_a_failure_and_is_not_repeated()
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST jobs/request", new Fault.Reset(AfterEffect: false));

        var answer = Assert.IsType<JobRequestAnswer.Failed>(await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token));

        Assert.StartsWith($"couldn't execute POST against {_server.Url}/api/v4/jobs/request: ", answer.StatusText, StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Fact(Timeout = Limit)]
    public async Task A_truncated_job_is_a_failure()
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST jobs/request", new Fault.Truncated(201, "application/json", """{"id":1"""));

        Assert.IsType<JobRequestAnswer.Failed>(await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token));
    }

    [Fact(Timeout = Limit)]
    public async Task Server_errors_are_repeated_up_to_five_attempts_with_the_same_body()
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST jobs/request", new Fault.Status(502), times: 10);

        var answer = await _time.PumpAsync(client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token), Step);

        Assert.True(Assert.IsType<JobRequestAnswer.Failed>(answer).Retried);
        Assert.Equal(5, _server.Requests.Count);
        Assert.Single(_server.Requests.Select(r => r.Text).Distinct());
        Assert.Single(_server.Requests.Select(r => r.Header("X-Request-Id")).Distinct());
    }

    [Fact(Timeout = Limit)]
    public async Task Retry_after_decides_how_long_to_wait()
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST jobs/request", new Fault.Status(429) { Headers = new Dictionary<string, string> { ["Retry-After"] = "120" } });
        var started = _time.GetUtcNow();

        await _time.PumpAsync(client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token), TimeSpan.FromSeconds(5));

        // The pump moves the clock also while the answer is on its way.
        Assert.InRange((_time.GetUtcNow() - started).TotalSeconds, 120, 240);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task A_silent_server_is_given_up_after_ten_minutes()
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST jobs/request", new Fault.Silence());
        var started = _time.GetUtcNow();

        var answer = await _time.PumpAsync(client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token), TimeSpan.FromSeconds(20));

        Assert.IsType<JobRequestAnswer.Failed>(answer);
        Assert.InRange((_time.GetUtcNow() - started).TotalMinutes, 10, 12);
    }

    [Fact(Timeout = Limit)]
    public async Task The_callers_own_cancellation_ends_a_held_request()
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST jobs/request", new Fault.Silence());
        using var stop = new CancellationTokenSource();
        var request = client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), stop.Token);
        await ClockPump.UntilAsync(() => _server.Requests.Count == 1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    [Fact(Timeout = Limit)]
    public async Task An_address_without_a_scheme_is_a_client_error()
    {
        using var client = new GitLabClient(
            new GitLabEndpoint { Url = "gitlab.example.com", Token = new Secret("t") }, Some.Version, _time, _log);

        var answer = await client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token);

        Assert.Equal("get client: new client: only http or https scheme supported", Assert.IsType<JobRequestAnswer.Refused>(answer).StatusText);
        Assert.Equal("Checking for jobs... client error", Assert.Single(_log.Messages));
    }

    [Fact(Timeout = Limit)]
    public async Task Redirects_with_307_repeat_the_body_at_their_target()
    {
        using var client = Some.Client(_server, _time);
        _server.Break("POST runners/verify", new Fault.Status(307)
        {
            Headers = new Dictionary<string, string> { ["Location"] = "/api/v4/runners/verify?again" },
        });

        Assert.IsType<VerifyAnswer.Valid>(await client.VerifyAsync(Some.Identity, "s_1", Token));
        Assert.Equal(_server.Requests[0].Text, _server.Requests[1].Text);
    }

    [Fact(Timeout = Limit)]
    public async Task Unregistering_removes_the_runner_or_its_manager()
    {
        using var manager = Some.Client(_server, _time);
        Assert.True(await manager.UnregisterManagerAsync("s_1", Token));
        Assert.False(await manager.UnregisterManagerAsync("s_1", Token));

        _server.Runners["legacy"] = 3;
        using var legacy = Some.Client(_server, _time, token: "legacy");
        Assert.True(await legacy.UnregisterAsync(Token));
        Assert.Equal(
            ["DELETE runners/managers", "DELETE runners/managers", "DELETE runners"], _server.Requests.Select(r => r.ToString()));
    }

    [Fact(Timeout = Limit)]
    public async Task Tokens_are_reset_by_themselves_or_with_a_personal_one()
    {
        using var client = Some.Client(_server, _time);
        Assert.Equal("fresh-runner-token", Assert.IsType<ResetTokenAnswer.Renewed>(await client.ResetTokenAsync(Token)).Token.Reveal());
        Assert.IsType<ResetTokenAnswer.Refused>(await client.ResetTokenAsync(Token));
        Assert.IsType<ResetTokenAnswer.Renewed>(await client.ResetTokenAsync(12, new Secret("pat"), Token));

        var last = _server.Requests[^1];
        Assert.Equal(("POST runners/12/reset_authentication_token", "null", "pat"), (last.ToString(), last.Text, last.Header("PRIVATE-TOKEN")));
        Assert.Null(last.Header("RUNNER-TOKEN"));
    }
}
