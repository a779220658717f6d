using Gantry.TestKit.Contract;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>The real coordinator under the contract: each job is a pipeline of its own, started over REST.</summary>
internal sealed class CoordinatorSubject : IRunnerApiSubject
{
    private readonly TemporaryFolder _folder;
    private readonly TestServer _server;
    private readonly long _project;

    private CoordinatorSubject(TemporaryFolder folder, TestServer server, long project, string token)
    {
        _folder = folder;
        _server = server;
        _project = project;
        RunnerToken = token;
    }

    public string Url => _server.Host.Url;

    public string RunnerToken { get; }

    public static async Task<IRunnerApiSubject> StartAsync()
    {
        var folder = new TemporaryFolder();
        var server = await TestServer.StartAsync(folder);
        var project = await server.CreateProjectAsync();
        var git = await GitClient.InitAsync(folder.At("work"));
        await git.CommitAsync("One job", (".gitlab-ci.yml", "job:\n  script: [echo hello]\n"));
        await git.RunAsync("push", "--quiet", "-o", "ci.no_pipeline", server.CloneUrl(), "main");
        var runner = await TestRunner.CreateAsync(server);
        return new CoordinatorSubject(folder, server, project, runner.Token);
    }

    public async Task EnqueueAsync() => await _server.PostAsync($"projects/{_project}/pipeline", """{"ref":"main"}""");

    public async Task CancelAsync(long jobId) => await _server.PostAsync($"projects/{_project}/jobs/{jobId}/cancel", "{}");

    public Task<string> TraceAsync(long jobId) =>
        _server.Http.GetStringAsync($"projects/{_project}/jobs/{jobId}/trace", TestContext.Current.CancellationToken);

    public async Task<string> StateAsync(long jobId) =>
        (await _server.GetAsync($"projects/{_project}/jobs/{jobId}")).GetProperty("status").GetString()!;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
