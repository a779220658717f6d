using System.Text;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Protocol.Json;
using Gantry.Runner.Links;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Traps;

/// <summary>Traps of the HTTP protocol (official-job-protocol §11).</summary>
public sealed class ProtocolTraps : IAsyncLifetime
{
    private const int Limit = 30_000;

    private readonly FakeTimeProvider _time = new();
    private FakeCoordinator _server = null!;
    private GitLabClient _client = null!;
    private GitLabJobLink _link = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeCoordinator.StartAsync();
        var job = _server.Add(SamplePayloads.Job(4));
        _client = Some.Client(_server, _time);
        _link = new GitLabJobLink(_client, 4, new Secret(job.Payload.Token), Some.Identity, new RecordingLogger<GitLabClient>());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Trap", "3")]
    public async Task The_last_update_of_any_json_answer_counts_for_all_workers_of_the_token()
    {
        _server.Break("POST runners/verify", new Fault.Status(200)
        {
            ContentType = "application/json",
            Body = """{"id":1,"token":"t"}""",
            Headers = new Dictionary<string, string> { ["X-GitLab-Last-Update"] = "from-verify" },
        });
        await _client.VerifyAsync(Some.Identity, "s_1", Token);

        await _client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token);

        Assert.Equal("from-verify", _server.Requests[^1].Json.GetProperty("last_update").GetString());
    }

    [Fact(Timeout = Limit)]
    [Trait("Trap", "4")]
    public async Task The_same_features_are_told_on_verify_request_and_update()
    {
        await _client.VerifyAsync(Some.Identity, "s_1", Token);
        await _client.RequestJobAsync(Some.Identity, "s_1", new JobRequestOptions(), Token);
        await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token);

        var told = _server.Requests.Select(r => r.Json.GetProperty("info").GetProperty("features").GetRawText()).Distinct().ToList();
        Assert.True(JsonSerializer.Deserialize(Assert.Single(told), ProtocolJson.Default.RunnerFeatures)!.CancelGracefully);
        Assert.Contains("\"two_phase_job_commit\":true", told[0], StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [Trait("Trap", "5")]
    [Trait("Trap", "6")]
    [InlineData(403, UpdateResult.Abort, PatchResult.Abort)]
    [InlineData(404, UpdateResult.Abort, PatchResult.NotFound)]
    public async Task A_403_ends_the_job_everywhere_and_a_404_on_the_final_state_only(int status, UpdateResult put, PatchResult patch)
    {
        _server.Break("P", new Fault.Status(status), times: 2);

        Assert.Equal(put, (await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token)).Result);
        Assert.Equal(patch, (await _link.PatchTraceAsync(new TracePatch(0, "log"u8.ToArray(), false), Token)).Result);
    }

    [Fact(Timeout = Limit)]
    [Trait("Trap", "6")]
    public async Task A_cut_connection_never_ends_a_job()
    {
        _server.Break("PUT jobs/4", new Fault.Reset(AfterEffect: false));
        _server.Break("PATCH jobs/4", new Fault.Reset(AfterEffect: false));

        Assert.Equal(UpdateResult.Failed, (await _link.UpdateAsync(new JobUpdate { State = JobUpdateState.Running }, Token)).Result);
        Assert.Equal(PatchResult.Failed, (await _link.PatchTraceAsync(new TracePatch(0, "log"u8.ToArray(), false), Token)).Result);
    }

    [Fact]
    [Trait("Trap", "8")]
    public void Steps_inside_a_string_and_numbers_inside_strings_are_read()
    {
        const string Document = """
            {"id":1,"token":"t","run":"[{\"name\":\"a\",\"script\":\"b\"}]",
             "job_info":{"project_jobs_running_on_instance_runners_count":"+Inf","user_id":7}}
            """;

        var payload = JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(Document), ProtocolJson.Default.JobPayload)!;

        Assert.Equal("""[{"name":"a","script":"b"}]""", payload.Run);
        Assert.Equal("+Inf", payload.JobInfo.ProjectJobsRunningOnInstanceRunnersCount);
    }
}
