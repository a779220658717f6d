using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>The runner's side of the protocol, by hand.</summary>
internal sealed class TestRunner(TestServer server, string token)
{
    public const string AllFeatures = """
        "features":{"variables":true,"image":true,"services":true,"artifacts":true,"cache":true,"upload_multiple_artifacts":true,
        "refspecs":true,"artifacts_exclude":true,"multi_build_steps":true,"return_exit_code":true,"fallback_cache_keys":true,
        "cancelable":true,"cancel_gracefully":true,"two_phase_job_commit":true,"job_inputs":true,"trace_checksum":true}
        """;

    public string Token => token;

    public string Features { get; init; } = AllFeatures;

    /// <summary>JSON of the session server's offer.</summary>
    public string Session { get; init; } = "null";

    public string SystemId { get; init; } = "s_000000000001";

    public static async Task<TestRunner> CreateAsync(TestServer server, string settings = "\"run_untagged\":true")
    {
        var made = await server.PostAsync("user/runners", $$"""{"runner_type":"instance_type",{{settings}}}""");
        return new TestRunner(server, made.GetProperty("token").GetString()!);
    }

    public Task<HttpResponseMessage> RequestAsync(string? lastUpdate = null) =>
        TestServer.SendAsync(server.Anonymous, HttpMethod.Post, "jobs/request",
            $$"""{"token":"{{token}}","system_id":"{{SystemId}}","session":{{Session}},"info":{"name":"gitlab-runner","version":"19.0.0","platform":"linux","architecture":"amd64",{{Features}}}{{(lastUpdate is null ? "" : $",\"last_update\":\"{lastUpdate}\"")}}}""");

    /// <summary>A job; fails the test when there is none.</summary>
    public async Task<TestJob> TakeAsync()
    {
        using var answer = await RequestAsync();
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return new TestJob(server, JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>Takes and accepts.</summary>
    public async Task<TestJob> StartAsync()
    {
        var job = await TakeAsync();
        using var accepted = await job.PutAsync("running");
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        return job;
    }
}

/// <summary>A job in the hands of a runner.</summary>
internal sealed class TestJob(TestServer server, JsonElement payload)
{
    public JsonElement Payload => payload;

    public long Id => payload.GetProperty("id").GetInt64();

    public string Name => payload.GetProperty("job_info").GetProperty("name").GetString()!;

    public string Token => payload.GetProperty("token").GetString()!;

    /// <summary>The value that counts; null when there is none.</summary>
    public string? Variable(string key) =>
        payload.GetProperty("variables").EnumerateArray().LastOrDefault(item => item.GetProperty("key").GetString() == key) is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty("value").GetString()
            : null;

    public Task<HttpResponseMessage> PutAsync(string state, string more = "") =>
        TestServer.SendAsync(server.Anonymous, HttpMethod.Put, $"jobs/{Id}", $$"""{"token":"{{Token}}","state":"{{state}}","output":{}{{more}}}""");

    public async Task FinishAsync(string state = "success", string more = "")
    {
        using var answer = await PutAsync(state, more);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    public async Task<HttpResponseMessage> PatchAsync(long offset, string text, string? range = null)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"jobs/{Id}/trace?debug_trace=false") { Content = new ByteArrayContent(bytes) };
        request.Headers.Add("JOB-TOKEN", Token);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Content.Headers.TryAddWithoutValidation("Content-Range", range ?? $"{offset}-{offset + bytes.Length - 1}");
        return await server.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<HttpResponseMessage> UploadAsync(byte[] content, string query = "artifact_format=zip&artifact_type=archive", string name = "artifacts.zip")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"jobs/{Id}/artifacts?{query}");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        request.Headers.Add("JOB-TOKEN", Token);
        request.Content = form;
        return await server.Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
