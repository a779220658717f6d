using Gantry.Engine.Processes;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.Docker;

/// <summary>A git repository on disk that plays the server's.</summary>
internal sealed class SampleRepository(string folder)
{
    public string Folder { get; } = folder;

    public string Sha { get; private set; } = "";

    public static async Task<SampleRepository> CreateAsync(string folder, CancellationToken token, params (string Name, string Text)[] files)
    {
        Directory.CreateDirectory(folder);
        var repository = new SampleRepository(folder);
        await repository.GitAsync(token, "init", "--quiet", "--initial-branch", "main", ".");
        await repository.GitAsync(token, "config", "uploadpack.allowAnySHA1InWant", "true");
        await repository.CommitAsync(token, files);
        return repository;
    }

    /// <summary>A name that ends with <c>*</c> is executable; a text that begins with <c>-&gt;</c> is a link. Without files, what is staged.</summary>
    public async Task CommitAsync(CancellationToken token, params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files)
        {
            var path = Path.Combine(Folder, name.TrimEnd('*'));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (text.StartsWith("->", StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(path, text[2..]);
                continue;
            }

            await File.WriteAllTextAsync(path, text, token);
            if (name.EndsWith('*'))
            {
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute);
            }
        }

        if (files.Length > 0)
        {
            await GitAsync(token, "add", "-A");
        }

        await GitAsync(token, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "change");
        Sha = (await GitAsync(token, "rev-parse", "HEAD")).Trim();
    }

    public GitReference Reference => new()
    {
        RepoUrl = Folder,
        Ref = "main",
        RefType = "branch",
        Sha = Sha,
        Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
        Depth = 20,
    };

    public async Task<string> GitAsync(CancellationToken token, params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(new ProcessStart { FileName = "git", Arguments = ["-C", Folder, .. arguments] }, 1 << 20, token);
        Assert.True(run.Exit.IsSuccess, run.Error);
        return System.Text.Encoding.UTF8.GetString(run.Output);
    }
}
