using System.Security.Cryptography;
using Gantry.Pipelines.Includes;

namespace Gantry.Conformance.Tests.Pipelines;

/// <summary>A case folder as a repository, and as the only project that includes may name.</summary>
internal sealed class FolderTree(string folder, string projectPath) : IRepositoryTree, IIncludeSource
{
    public ValueTask<IReadOnlyList<TreeFile>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<TreeFile> files =
        [
            .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => new TreeFile(Path.GetRelativePath(folder, path).Replace('\\', '/'), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))))
                .Where(file => file.Path != "expect.json"),
        ];
        return ValueTask.FromResult(files);
    }

    public async ValueTask<string?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.Combine(folder, path);
        return File.Exists(full) ? await File.ReadAllTextAsync(full, cancellationToken) : null;
    }

    public ValueTask<string?> LastCommitAsync(string path, CancellationToken cancellationToken) =>
        ValueTask.FromResult(File.Exists(Path.Combine(folder, path)) ? "0123456789abcdef0123456789abcdef01234567" : null);

    public ValueTask<IReadOnlyList<string>?> ChangedSinceAsync(string reference, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<string>?>(reference == "main" ? [] : null);

    public ValueTask<ProjectLookup> OpenProjectAsync(string path, string? reference, CancellationToken cancellationToken) =>
        ValueTask.FromResult<ProjectLookup>(path == projectPath ? new ProjectLookup.Found(projectPath, new string('a', 40), this) : new ProjectLookup.ProjectMissing());

    public ValueTask<ComponentLookup> OpenComponentAsync(string address, CancellationToken cancellationToken)
    {
        var place = address.Split('@')[0];
        var cut = place.LastIndexOf('/');
        return ValueTask.FromResult<ComponentLookup>(place[..cut].EndsWith("/" + projectPath, StringComparison.Ordinal)
            ? new ComponentLookup.Found(projectPath, place[(cut + 1)..], new string('a', 40), null, this)
            : new ComponentLookup.Missing("content not found"));
    }

    public ValueTask<RemoteLookup> FetchAsync(string url, CancellationToken cancellationToken) =>
        ValueTask.FromResult<RemoteLookup>(new RemoteLookup.Failed("HTTP code `404` error!"));

    public ValueTask<string?> ReadTemplateAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);

    public ValueTask<string?> ReadArtifactAsync(string job, string path, CancellationToken cancellationToken) => ValueTask.FromResult<string?>(null);
}
