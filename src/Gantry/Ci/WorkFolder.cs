using System.Security.Cryptography;
using System.Text;
using Gantry.Engine.Processes;
using Gantry.Pipelines.Includes;

namespace Gantry.Ci;

/// <summary>The user's folder as the compiler asks for it: files as they are now, without making a commit of them.</summary>
internal sealed class WorkFolder(string root, bool isRepository) : IRepositoryTree
{
    private const int OutputLimit = 256 << 20;

    public async ValueTask<IReadOnlyList<TreeFile>> ListAsync(CancellationToken cancellationToken)
    {
        var paths = isRepository
            ? (await GitAsync(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"], cancellationToken) ?? "").Split('\0', StringSplitOptions.RemoveEmptyEntries)
            : Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'));
        return [.. paths.Where(path => File.Exists(Path.Combine(root, path))).Select(path => new TreeFile(path, BlobId(path)))];
    }

    public async ValueTask<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path, root);
        return full.StartsWith(root + "/", StringComparison.Ordinal) && File.Exists(full) ? await File.ReadAllTextAsync(full, cancellationToken) : null;
    }

    public async ValueTask<string?> LastCommitAsync(string path, CancellationToken cancellationToken) =>
        (await GitAsync(["log", "-1", "--format=%H", "--", path], cancellationToken))?.Trim() is { Length: > 0 } sha ? sha
            : File.Exists(Path.Combine(root, path)) ? new string('0', 40) : null;

    public async ValueTask<IReadOnlyList<string>?> ChangedSinceAsync(string reference, CancellationToken cancellationToken)
    {
        foreach (var name in new[] { reference, "origin/" + reference })
        {
            if (!reference.StartsWith('-') && (await GitAsync(["merge-base", name, "HEAD"], cancellationToken))?.Trim() is { Length: > 0 } common)
            {
                return await ChangedAsync(common, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>Paths that differ between a commit and the files, untracked ones included; null when there is no such commit.</summary>
    public async ValueTask<IReadOnlyList<string>?> ChangedAsync(string commit, CancellationToken cancellationToken)
    {
        var changed = GitAsync(["diff", "--name-only", "-z", "--no-renames", "--end-of-options", commit, "--"], cancellationToken);
        var untracked = GitAsync(["ls-files", "-z", "--others", "--exclude-standard"], cancellationToken);
        return await changed is { } differing ? [.. (differing + await untracked).Split('\0', StringSplitOptions.RemoveEmptyEntries).Distinct()] : null;
    }

    // Stands for git's name of the content: it only has to change with the content, and reading whole files would be slow.
    private string BlobId(string path)
    {
        var file = new FileInfo(Path.Combine(root, path));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{path}\0{file.Length}\0{file.LastWriteTimeUtc.Ticks}")).AsSpan(0, 20));
    }

    private async Task<string?> GitAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (!isRepository)
        {
            return null;
        }

        var run = await ChildProcess.RunAsync(
            new ProcessStart
            {
                FileName = "git",
                Arguments = arguments,
                WorkingFolder = root,
                Environment = new ProcessEnvironment { Set = new Dictionary<string, string?> { ["LC_ALL"] = "C", ["GIT_OPTIONAL_LOCKS"] = "0" } },
            },
            OutputLimit,
            cancellationToken);
        return run.Exit.IsSuccess ? Encoding.UTF8.GetString(run.Output) : null;
    }
}
