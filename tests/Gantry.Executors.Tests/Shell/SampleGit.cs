using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Executors.Tests.Shell;

/// <summary>A repository on this machine with one commit on <c>main</c>.</summary>
internal static class SampleGit
{
    public static async Task<(string Url, string Commit)> CreateAsync(string folder, CancellationToken token)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "hello.txt"), "hello from git\n", token);
        await GitAsync(folder, token, "init", "--quiet", "--initial-branch=main");
        await GitAsync(folder, token, "add", ".");
        await GitAsync(folder, token, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "one");
        return ("file://" + folder, (await GitAsync(folder, token, "rev-parse", "HEAD")).Trim());
    }

    private static async Task<string> GitAsync(string folder, CancellationToken token, params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(new ProcessStart { FileName = "git", Arguments = arguments, WorkingFolder = folder }, 64 * 1024, token);
        Assert.True(run.Exit.IsSuccess, run.Error);
        return Encoding.UTF8.GetString(run.Output);
    }
}
