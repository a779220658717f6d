using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Operators;

public sealed class DoctorTests : IDisposable
{
    private const int Limit = 180_000;

    private readonly ScratchFolder _scratch = new();

    [Fact(Timeout = Limit)]
    public async Task A_healthy_machine_gets_zero_and_a_rejected_token_the_way_to_mend_it()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server);
        await runner.StatusSaysAsync("polling");

        var healthy = await runner.CommandAsync("doctor");
        foreach (var line in (string[])["server: http://127.0.0.1", "token: ", "clock: agrees", "git: ", "shell: bash", "daemon: pid "])
        {
            Assert.Contains("ok    " + line, healthy, StringComparison.Ordinal);
        }

        var text = await File.ReadAllTextAsync(runner.Config, TestContext.Current.CancellationToken);
        var broken = Path.Combine(_scratch.Path, "broken.toml");
        await File.WriteAllTextAsync(
            broken, text.Replace("token = \"glrt-", "token = \"glrt-wrong", StringComparison.Ordinal) + "\n[[runners]]\nname = \"far\"\nurl = \"http://no-such-host.invalid\"\ntoken = \"glrt-x\"\nexecutor = \"docker-swarm\"\n",
            TestContext.Current.CancellationToken);
        var sick = await RunningProcess.RunAsync(GantryBinary.Path, ["doctor", "--config", broken, "--state-dir", _scratch.Sub("state")], expected: 1);
        Assert.Contains("token: the server rejects", sick, StringComparison.Ordinal);
        Assert.Contains("the name no-such-host.invalid cannot be looked up", sick, StringComparison.Ordinal);
        Assert.Contains("Unknown executor: docker-swarm; this version of Gantry has: shell, docker, ", sick, StringComparison.Ordinal);
        Assert.Contains("mend: ", sick, StringComparison.Ordinal);
        Assert.Contains("others can read the runners' tokens", sick, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Run_single_leaves_after_its_last_job_and_when_none_comes()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        var project = await server.CreateProjectAsync("single");
        var sha = await server.PushAsync(project, (".gitlab-ci.yml", "job:\n  script: echo once\n"));
        var token = await server.CreateRunnerAsync(("description", "single"), ("run_untagged", "true"));
        string[] flags = ["run-single", "--url", server.Address.ToString(), "--executor", "shell", "--builds-dir", _scratch.Sub("builds"), "--state-dir", _scratch.Sub("state")];
        var environment = new Dictionary<string, string> { ["CI_SERVER_TOKEN"] = token };

        var output = await RunningProcess.RunAsync(GantryBinary.Path, [.. flags, "--max-builds", "1"], environment);
        Assert.Contains("This runner has processed its build limit, so now exiting", output, StringComparison.Ordinal);
        Assert.Equal("success", (await server.PipelineAsync(project, sha)).GetProperty("status").GetString());

        var waited = await RunningProcess.RunAsync(GantryBinary.Path, [.. flags, "--wait-timeout", "1"], environment);
        Assert.Contains("This runner has not received a job in 1 seconds, so now exiting", waited, StringComparison.Ordinal);
        Assert.Contains(
            "Missing Token", await RunningProcess.RunAsync(GantryBinary.Path, flags, expected: 1), StringComparison.Ordinal);
    }

    public void Dispose() => _scratch.Dispose();
}
