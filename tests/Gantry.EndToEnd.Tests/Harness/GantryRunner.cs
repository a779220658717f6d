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

    public string Config => Path.Combine(Folder, "config.toml");

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

    /// <summary>The same with every signal ignored that can come from a terminal, as <c>nohup</c> and scripts start what shall stay.</summary>
    public static GantryRunner RestartIgnoringSignals(GantryRunner runner) =>
        new(runner.Folder, Start(runner.Folder, "/bin/sh", "-c", "trap '' HUP INT QUIT; exec \"$@\"", "sh", GantryBinary.Path));

    /// <summary>Waits for a line of the daemon's log.</summary>
    public Task SaysAsync(string text) =>
        Eventually.IsAsync(() => Task.FromResult(Process.Output.Contains(text, StringComparison.Ordinal)), $"\"{text}\" in the log:\n{Process.Output}");

    /// <summary>Runs a command that talks to this daemon; it must succeed.</summary>
    public Task<string> CommandAsync(string command, params IEnumerable<string> arguments) => RunningProcess.RunAsync(
        GantryBinary.Path, [command, "--config", Config, "--state-dir", Path.Combine(Folder, "state"), .. arguments]);

    public Task<string> StatusAsync() => CommandAsync("status");

    /// <summary>Asks for the status until it says so.</summary>
    public Task<string> StatusSaysAsync(string text) => Eventually.GetAsync(
        async () => await TryStatusAsync() is { } status && status.Contains(text, StringComparison.Ordinal) ? status : null,
        $"\"{text}\" in the status; the log:\n{Process.Output}");

    /// <summary>Where the metrics are, when the file says port 0: the daemon's own listening socket.</summary>
    public async Task<string> MetricsAddressAsync()
    {
        await SaysAsync("Metrics server listening");
        var line = Process.Output.Split('\n').First(text => text.Contains("Metrics server listening", StringComparison.Ordinal));
        var port = new string([.. line[(line.LastIndexOf("127.0.0.1:", StringComparison.Ordinal) + "127.0.0.1:".Length)..].TakeWhile(char.IsAsciiDigit)]);
        return $"http://127.0.0.1:{port}";
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    /// <summary>Null while the daemon does not answer yet.</summary>
    private async Task<string?> TryStatusAsync()
    {
        await using var running = RunningProcess.Start(
            GantryBinary.Path, ["status", "--config", Config, "--state-dir", Path.Combine(Folder, "state")]);
        return await running.WaitAsync() == 0 ? running.Output : null;
    }

    // With a home of its own: jobs run in login shells, and what the profile of this user does is not part of any test.
    private static RunningProcess Start(string folder, params string[] command) => RunningProcess.Start(
        command.FirstOrDefault(GantryBinary.Path),
        [.. command.Skip(1), "run", "--config", Path.Combine(folder, "config.toml"), "--working-directory", folder, "--state-dir", Path.Combine(folder, "state")],
        new Dictionary<string, string> { ["HOME"] = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName });
}
