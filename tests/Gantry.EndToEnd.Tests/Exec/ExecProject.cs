using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Exec;

/// <summary>A user's project with a commit, and <c>gantry exec</c> in it, with folders for temporary files and state of its own.</summary>
internal sealed class ExecProject : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public string Folder => Path.Combine(_scratch.Path, "project");

    /// <summary>Where runs put their temporary files.</summary>
    public string Temporary => _scratch.Sub("tmp");

    public static async Task<ExecProject> OpenAsync(string configuration)
    {
        var project = new ExecProject();
        Directory.CreateDirectory(project.Folder);
        project.Write(".gitlab-ci.yml", configuration);
        await project.GitAsync("init", "--quiet", "--initial-branch", "main");
        await project.GitAsync("add", "--all");
        await project.GitAsync("commit", "--quiet", "--message", "First");
        return project;
    }

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    public RunningProcess Start(params string[] flags) => RunningProcess.Start(GantryBinary.Path, ["exec", "--executor", "shell", .. flags], Environment(), Folder);

    public Task<string> RunAsync(int expected, params string[] flags) =>
        RunningProcess.RunAsync(GantryBinary.Path, ["exec", "--executor", "shell", .. flags], Environment(), Folder, expected);

    /// <summary>Other commands.</summary>
    public Task<string> GantryAsync(int expected, params string[] words) => RunningProcess.RunAsync(GantryBinary.Path, words, Environment(), Folder, expected);

    /// <summary>On a terminal of its own; everything that it wrote there.</summary>
    public Task<string> OnTerminalAsync(string flags) =>
        RunningProcess.RunAsync("script", ["--quiet", "--return", "--command", $"{GantryBinary.Path} exec --executor shell {flags}", "/dev/null"], Environment(), Folder);

    /// <summary>What <c>gantry shell</c> shows when this is typed into it.</summary>
    public async Task<string> InShellAsync(string job, string typed)
    {
        var file = Path.Combine(_scratch.Sub("typed"), "keys");
        await File.WriteAllTextAsync(file, typed);
        return await RunningProcess.RunAsync("sh", ["-c", "exec \"$0\" shell \"$1\" < \"$2\"", GantryBinary.Path, job, file], Environment(), Folder);
    }

    public Task<string> GitAsync(params string[] arguments) =>
        RunningProcess.RunAsync("git", ["-C", Folder, "-c", "user.name=Test", "-c", "user.email=test@example.com", .. arguments]);

    /// <summary>Every file of the project and of its repository, with size and time.</summary>
    public string Inventory() => string.Join('\n', Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(path => $"{path} {new FileInfo(path).Length} {Time(path)}"));

    public void Dispose() => _scratch.Dispose();

    // git renews the time of an object that it would have written again; nothing else of it changes.
    private static string Time(string path) =>
        path.Contains("/.git/objects/", StringComparison.Ordinal) ? "" : File.GetLastWriteTimeUtc(path).ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    private Dictionary<string, string> Environment() => new()
    {
        ["TMPDIR"] = Temporary,
        ["GANTRY_STATE_DIR"] = _scratch.Sub("state"),
        ["TERM"] = "xterm-256color",
    };
}
