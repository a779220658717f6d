using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Docker;

/// <summary>A server, a runner with the docker executor on the real engine, and one project; and what of it is left on the engine.</summary>
internal sealed class DockerStage : IAsyncDisposable
{
    /// <summary>Made by <c>eng/engine/images</c>.</summary>
    public const string Image = "gantry-test/busybox:latest";

    private readonly ScratchFolder _scratch = new();

    public required GantryServer Server { get; init; }

    public required long Project { get; init; }

    public GantryRunner Runner { get; private set; } = null!;

    public string Scratch => _scratch.Path;

    public static async Task<DockerStage> OpenAsync(string name, string[]? serverFlags = null, params string[] runnerFlags)
    {
        await RunningProcess.RunAsync("docker", ["image", "inspect", "--format", "found", Image]);
        var scratch = new ScratchFolder();
        var server = await GantryServer.StartAsync(scratch, serverFlags ?? []);
        var stage = new DockerStage { Server = server, Project = await server.CreateProjectAsync(name) };
        stage.Runner = await GantryRunner.StartAsync(
            scratch, server, "docker",
            ["--executor", "docker", "--builds-dir", "/builds", "--docker-image", Image, "--docker-pull-policy", "never", "--docker-volumes", "/cache", .. runnerFlags]);
        return stage;
    }

    public async Task KillRunnerAsync()
    {
        Runner.Process.Signal("KILL");
        await Runner.Process.WaitAsync();
    }

    public void Restart() => Runner = GantryRunner.Restart(Runner);

    /// <summary>Containers, volumes and networks of this runner that should not outlive a job.</summary>
    public async Task<string> LeftoversAsync()
    {
        var mine = $"label=io.gantry.owner={await MarkAsync()}";
        var containers = await RunningProcess.RunAsync("docker", ["ps", "--all", "--filter", mine, "--format", "container {{.Names}}"]);
        var volumes = await RunningProcess.RunAsync("docker", ["volume", "ls", "--filter", mine, "--filter", "label=io.gantry.life=job", "--format", "volume {{.Name}}"]);
        var networks = await RunningProcess.RunAsync("docker", ["network", "ls", "--filter", mine, "--format", "network {{.Name}}"]);
        return (containers + volumes + networks).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await Runner.DisposeAsync();
        await Server.DisposeAsync();
        var volumes = await RunningProcess.RunAsync("docker", ["volume", "ls", "--quiet", "--filter", $"label=io.gantry.owner={await MarkAsync()}"]);
        foreach (var volume in volumes.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await RunningProcess.RunAsync("docker", ["volume", "rm", volume]);
        }

        _scratch.Dispose();
    }

    private Task<string> MarkAsync() => Eventually.GetAsync(
        async () => File.Exists(Path.Combine(Runner.Folder, "state", "mark"))
            ? (await File.ReadAllTextAsync(Path.Combine(Runner.Folder, "state", "mark"), CancellationToken.None)).Trim()
            : null,
        "the runner's mark");
}
