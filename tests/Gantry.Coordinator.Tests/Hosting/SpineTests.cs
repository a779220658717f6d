using System.Net;
using System.Text.Json;

namespace Gantry.Coordinator.Tests.Hosting;

public sealed class SpineTests : IDisposable
{
    private const string Hello = """
        test:
          image: python:alpine
          script:
            - python test.py
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task A_push_becomes_a_pipeline_that_a_runner_brings_to_success()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync(_folder);
        var project = await server.CreateProjectAsync();
        var git = await GitClient.InitAsync(_folder.At("work"));
        var sha = await git.CommitAsync("First words", (".gitlab-ci.yml", Hello), ("test.py", "print('hello world')\n"));
        await git.RunAsync("push", "--quiet", server.CloneUrl(), "main");

        var pipelines = await server.GetAsync($"projects/{project}/pipelines");
        var pipeline = Assert.Single(pipelines.EnumerateArray());
        Assert.Equal(sha, pipeline.GetProperty("sha").GetString());
        Assert.Equal("pending", pipeline.GetProperty("status").GetString());

        var runner = await TestRunner.CreateAsync(server);
        var job = await runner.TakeAsync();
        Assert.Equal("test", job.Name);
        Assert.Equal("python:alpine", job.Payload.GetProperty("image").GetProperty("name").GetString());
        Assert.Equal("python test.py", job.Payload.GetProperty("steps")[0].GetProperty("script")[0].GetString());
        Assert.Equal(sha, job.Variable("CI_COMMIT_SHA"));

        using (var accepted = await job.PutAsync("running"))
        {
            Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        }

        Assert.Equal("running", await StatusAsync(server, project, pipeline));

        // The job's own credentials fetch the commit as the runner does.
        var checkout = await GitClient.InitAsync(_folder.At("checkout"));
        var specification = job.Payload.GetProperty("git_info");
        await checkout.RunAsync(
            ["fetch", "--quiet", "--depth", "20", specification.GetProperty("repo_url").GetString()!, .. specification.GetProperty("refspecs").EnumerateArray().Select(item => item.GetString()!)]);
        await checkout.RunAsync("checkout", "--quiet", sha);
        Assert.True(File.Exists(Path.Combine(checkout.Folder, "test.py")));

        using (var patched = await job.PatchAsync(0, "hello world\n"))
        {
            Assert.Equal(HttpStatusCode.Accepted, patched.StatusCode);
            Assert.Equal("0-12", patched.Headers.GetValues("Range").Single());
        }

        await job.FinishAsync();
        Assert.Equal("success", await StatusAsync(server, project, pipeline));
        Assert.Equal("hello world\n", await server.Http.GetStringAsync($"projects/{project}/jobs/{job.Id}/trace", cancellation));
    }

    private static async Task<string> StatusAsync(TestServer server, long project, JsonElement pipeline) =>
        (await server.GetAsync($"projects/{project}/pipelines/{pipeline.GetProperty("id").GetInt64()}")).GetProperty("status").GetString()!;
}
