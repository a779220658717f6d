namespace Gantry.EndToEnd.Tests.Harness;

/// <summary>A registered <c>gantry run</c> with its own configuration and state.</summary>
internal sealed class GantryRunner : IAsyncDisposable
{
    private GantryRunner(string folder, RunningProcess process)
    {
        Folder = folder;
        Process = process;
    }

    /// <summary>Holds config.toml, builds and state.</summary>
    public string Folder { get; }

    public string Builds => Path.Combine(Folder, "builds");

    public RunningProcess Process { get; }

    public static async Task<GantryRunner> StartAsync(
        ScratchFolder scratch, GantryServer server, string name = "shell", IEnumerable<string>? flags = null, string before = "")
    {
        var folder = scratch.Sub("runner-" + name);
        var config = Path.Combine(folder, "config.toml");
        if (before.Length > 0)
        {
            await File.WriteAllTextAsync(config, before, TestContext.Current.CancellationToken);
        }

        var token = await server.CreateRunnerAsync(("description", name), ("run_untagged", "true"));
        await RunningProcess.RunAsync(
            GantryBinary.Path,
            ["register", "--non-interactive", "--config", config, "--url", server.Address.ToString(), "--name", name,
                "--builds-dir", Path.Combine(folder, "builds"), "--executor", "shell", .. flags ?? []],
            new Dictionary<string, string> { ["CI_SERVER_TOKEN"] = token });
        return new GantryRunner(folder, Start(folder));
    }

    /// <summary>Starts the same runner again, after its process ended.</summary>
    public static GantryRunner Restart(GantryRunner runner) => new(runner.Folder, Start(runner.Folder));

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static RunningProcess Start(string folder) => RunningProcess.Start(
        GantryBinary.Path,
        ["run", "--config", Path.Combine(folder, "config.toml"), "--working-directory", folder, "--state-dir", Path.Combine(folder, "state")]);
}
