using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;
using Gantry.Protocol.Runners;
using Xunit;

namespace Gantry.TestKit.Contract;

/// <summary>
/// What every server of the runner API v4 does, on the wire (official-job-protocol §1.5–§1.16). One suite, so that the
/// fake server cannot drift from the real one: a subclass names the subject.
/// </summary>
public abstract class RunnerApiContract
{
    private const int Limit = 60_000;

    private static readonly HttpClient Http = new();

    private static readonly RunnerIdentity Info = new()
    {
        Name = "gitlab-runner",
        Version = "19.0.0",
        Platform = "linux",
        Architecture = "amd64",
        Executor = "shell",
        Shell = "bash",
        Features = new RunnerFeatures
        {
            Variables = true,
            Artifacts = true,
            Cache = true,
            Shared = true,
            UploadMultipleArtifacts = true,
            UploadRawArtifacts = true,
            Refspecs = true,
            Masking = true,
            RawVariables = true,
            ArtifactsExclude = true,
            MultiBuildSteps = true,
            TraceReset = true,
            TraceChecksum = true,
            TraceSize = true,
            Cancelable = true,
            ReturnExitCode = true,
            CancelGracefully = true,
            TwoPhaseJobCommit = true,
        },
    };

    /// <summary>A fresh server for each test.</summary>
    protected abstract Task<IRunnerApiSubject> StartAsync();

    [Fact(Timeout = Limit)]
    public async Task A_known_runner_is_verified()
    {
        await using var subject = await StartAsync();

        using var response = await VerifyAsync(subject, subject.RunnerToken);

        Must.Be(HttpStatusCode.OK, response.StatusCode);
        Must.Be("application/json", response.Content.Headers.ContentType?.MediaType);
        var answer = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ProtocolJson.Default.VerifyRunnerResponse)!;
        Must.Be(true, answer.Id > 0);
        Must.Be(subject.RunnerToken, answer.Token);
    }

    [Fact(Timeout = Limit)]
    public async Task An_unknown_runner_is_forbidden()
    {
        await using var subject = await StartAsync();

        using var verified = await VerifyAsync(subject, "glrt-nobody");
        using var asked = await RequestAsync(subject, "glrt-nobody");

        Must.Be(HttpStatusCode.Forbidden, verified.StatusCode);
        Must.Be(HttpStatusCode.Forbidden, asked.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task Without_a_job_there_is_no_content()
    {
        await using var subject = await StartAsync();

        using var response = await RequestAsync(subject, subject.RunnerToken);

        Must.Be(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_is_given_once_and_starts_when_it_is_accepted()
    {
        await using var subject = await StartAsync();
        var job = await TakeAsync(subject);

        Must.Be(true, job.Id > 0 && job.Token.Length > 0 && job.Steps.Count > 0 && job.GitInfo.Sha.Length > 0 && job.RunnerInfo.Timeout > 0);
        Must.Be("pending", await subject.StateAsync(job.Id));
        using var second = await RequestAsync(subject, subject.RunnerToken);
        Must.Be(HttpStatusCode.NoContent, second.StatusCode);

        using var accepted = await UpdateAsync(subject, job, "running");
        Must.Be(HttpStatusCode.OK, accepted.StatusCode);
        Must.Be("running", await subject.StateAsync(job.Id));
    }

    [Fact(Timeout = Limit)]
    public async Task The_log_grows_piece_by_piece_and_gaps_are_named()
    {
        await using var subject = await StartAsync();
        var job = await StartedAsync(subject);

        using var first = await PatchAsync(subject, job, 0, "hello");
        Must.Be(HttpStatusCode.Accepted, first.StatusCode);
        using var gap = await PatchAsync(subject, job, 9, "world");
        Must.Be(HttpStatusCode.RequestedRangeNotSatisfiable, gap.StatusCode);
        Must.Be("0-5", Header(gap, "Range"));
        using var next = await PatchAsync(subject, job, 5, " world");
        Must.Be(HttpStatusCode.Accepted, next.StatusCode);

        Must.Be("hello world", await subject.TraceAsync(job.Id));
    }

    [Fact(Timeout = Limit)]
    public async Task A_piece_that_came_twice_is_a_gap_with_the_size_that_counts()
    {
        await using var subject = await StartAsync();
        var job = await StartedAsync(subject);
        using var first = await PatchAsync(subject, job, 0, "hello");

        using var again = await PatchAsync(subject, job, 0, "hello");

        Must.Be(HttpStatusCode.RequestedRangeNotSatisfiable, again.StatusCode);
        Must.Be("0-5", Header(again, "Range"));
        Must.Be("hello", await subject.TraceAsync(job.Id));
    }

    [Fact(Timeout = Limit)]
    public async Task Only_the_jobs_own_token_opens_it()
    {
        await using var subject = await StartAsync();
        var job = await StartedAsync(subject);
        var stranger = job with { Token = "glcbt-stranger" };

        using var patched = await PatchAsync(subject, stranger, 0, "x");
        using var updated = await UpdateAsync(subject, stranger, "success");

        Must.Be(HttpStatusCode.Forbidden, patched.StatusCode);
        Must.Be(HttpStatusCode.Forbidden, updated.StatusCode);
        Must.Be("running", await subject.StateAsync(job.Id));
    }

    [Theory(Timeout = Limit)]
    [InlineData("success")]
    [InlineData("failed")]
    public async Task The_final_state_is_kept_and_then_the_job_is_closed(string state)
    {
        await using var subject = await StartAsync();
        var job = await StartedAsync(subject);
        using var log = await PatchAsync(subject, job, 0, "all\n");

        await FinishAsync(subject, job, state);

        Must.Be(state, await subject.StateAsync(job.Id));
        using var late = await PatchAsync(subject, job, 4, "late");
        Must.Be(HttpStatusCode.Forbidden, late.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task A_cancel_is_asked_for_and_ends_canceled()
    {
        await using var subject = await StartAsync();
        var job = await StartedAsync(subject);

        await subject.CancelAsync(job.Id);
        using var told = await PatchAsync(subject, job, 0, "x");
        Must.Be("canceling", Header(told, ProtocolHeaders.JobStatus));
        await FinishAsync(subject, job, "failed");

        Must.Be("canceled", await subject.StateAsync(job.Id));
    }

    [Fact(Timeout = Limit)]
    public async Task An_artifact_comes_back_as_it_went()
    {
        await using var subject = await StartAsync();
        var job = await StartedAsync(subject);
        var bytes = Encoding.UTF8.GetBytes("PK\u0003\u0004 not really a zip, but bytes");

        using var uploaded = await UploadAsync(subject, job, bytes);
        Must.Be(HttpStatusCode.Created, uploaded.StatusCode);
        await FinishAsync(subject, job, "success");

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{subject.Url}/api/v4/jobs/{job.Id}/artifacts");
        request.Headers.Add(ProtocolHeaders.JobToken, job.Token);
        using var downloaded = await Http.SendAsync(request);
        Must.Be(HttpStatusCode.OK, downloaded.StatusCode);
        Must.Be(Convert.ToHexString(bytes), Convert.ToHexString(await downloaded.Content.ReadAsByteArrayAsync()));
    }

    private static async Task<JobPayload> TakeAsync(IRunnerApiSubject subject)
    {
        await subject.EnqueueAsync();
        using var response = await RequestAsync(subject, subject.RunnerToken);
        Must.Be(HttpStatusCode.Created, response.StatusCode);
        Must.Be("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ProtocolJson.Default.JobPayload)!;
    }

    private static async Task<JobPayload> StartedAsync(IRunnerApiSubject subject)
    {
        var job = await TakeAsync(subject);
        using var accepted = await UpdateAsync(subject, job, "running");
        Must.Be(HttpStatusCode.OK, accepted.StatusCode);
        return job;
    }

    /// <summary>202 means that the log is still being stored; the runner repeats then.</summary>
    private static async Task FinishAsync(IRunnerApiSubject subject, JobPayload job, string state)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var response = await UpdateAsync(subject, job, state);
            if (response.StatusCode != HttpStatusCode.Accepted)
            {
                Must.Be(HttpStatusCode.OK, response.StatusCode);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        throw new ContractBrokenException("the final update was still 202 after 20 attempts");
    }

    private static Task<HttpResponseMessage> VerifyAsync(IRunnerApiSubject subject, string token) => PostAsync(
        subject, "runners/verify", token,
        JsonSerializer.Serialize(new VerifyRunnerRequest { Token = token, Info = Info, SystemId = "s_0123456789ab" }, ProtocolJson.Default.VerifyRunnerRequest));

    private static Task<HttpResponseMessage> RequestAsync(IRunnerApiSubject subject, string token) => PostAsync(
        subject, "jobs/request", token,
        JsonSerializer.Serialize(new JobRequest { Token = token, Info = Info, SystemId = "s_0123456789ab" }, ProtocolJson.Default.JobRequest));

    private static Task<HttpResponseMessage> PostAsync(IRunnerApiSubject subject, string path, string token, string json)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{subject.Url}/api/v4/{path}") { Content = Json(json) };
        request.Headers.Add(ProtocolHeaders.RunnerToken, token);
        return Http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> UpdateAsync(IRunnerApiSubject subject, JobPayload job, string state)
    {
        var body = new UpdateJobRequest { Info = Info, Token = job.Token, State = state, FailureReason = state == "failed" ? "script_failure" : null };
        var request = new HttpRequestMessage(HttpMethod.Put, $"{subject.Url}/api/v4/jobs/{job.Id}")
        {
            Content = Json(JsonSerializer.Serialize(body, ProtocolJson.Default.UpdateJobRequest)),
        };
        request.Headers.Add(ProtocolHeaders.JobToken, job.Token);
        return Http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> PatchAsync(IRunnerApiSubject subject, JobPayload job, long offset, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var request = new HttpRequestMessage(HttpMethod.Patch, $"{subject.Url}/api/v4/jobs/{job.Id}/trace?debug_trace=false")
        {
            Content = new ByteArrayContent(bytes),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Content.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + bytes.Length - 1}");
        request.Headers.Add(ProtocolHeaders.JobToken, job.Token);
        return Http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> UploadAsync(IRunnerApiSubject subject, JobPayload job, byte[] bytes)
    {
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        file.Headers.TryAddWithoutValidation("Content-Disposition", "form-data; name=\"file\"; filename=\"artifacts.zip\"");
        var request = new HttpRequestMessage(HttpMethod.Post, $"{subject.Url}/api/v4/jobs/{job.Id}/artifacts?artifact_format=zip&artifact_type=archive")
        {
            Content = new MultipartFormDataContent { file },
        };
        request.Headers.Add(ProtocolHeaders.JobToken, job.Token);
        return Http.SendAsync(request);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
