using System.Diagnostics;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>The real git, in a work tree of its own.</summary>
internal sealed class GitClient(string folder)
{
    public string Folder => folder;

    public static async Task<GitClient> InitAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var git = new GitClient(folder);
        await git.RunAsync("init", "--quiet", "--initial-branch=main");
        return git;
    }

    /// <summary>Writes files, commits them all and gives the commit's id.</summary>
    public async Task<string> CommitAsync(string message, params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            await File.WriteAllTextAsync(full, text, TestContext.Current.CancellationToken);
        }

        await RunAsync("add", "--all");
        await RunAsync("commit", "--quiet", "--allow-empty", "--message", message);
        return (await RunAsync("rev-parse", "HEAD")).Trim();
    }

    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await TryAsync(arguments);
        Assert.True(code == 0, $"git {string.Join(' ', arguments)}: {code}\n{output}\n{errors}");
        return output;
    }

    public async Task<(int Code, string Output, string Errors)> TryAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[]
        {
            ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.com"), ("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.com"),
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
