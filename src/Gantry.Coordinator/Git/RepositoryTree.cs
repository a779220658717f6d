using System.Text;
using Gantry.Pipelines.Includes;

namespace Gantry.Coordinator.Git;

/// <summary>A project's files at one commit, as the pipeline compiler asks for them.</summary>
internal sealed class RepositoryTree(RepositoryReader reader, string sha) : IRepositoryTree
{
    public async ValueTask<IReadOnlyList<TreeFile>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await reader.TreeAsync(sha, "", recursive: true, cancellationToken)).Where(entry => entry.Type == "blob").Select(entry => new TreeFile(entry.Path, entry.Id))];

    public async ValueTask<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        await reader.FileAsync(sha, path, cancellationToken) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    public async ValueTask<string?> LastCommitAsync(string path, CancellationToken cancellationToken) =>
        await reader.LogAsync(new CommitQuery(sha, path, Take: 1), cancellationToken) is [var commit, ..] ? commit.Sha : null;

    public async ValueTask<IReadOnlyList<string>?> ChangedSinceAsync(string reference, CancellationToken cancellationToken)
    {
        if (await reader.ResolveAsync(reference, cancellationToken) is not { } other)
        {
            return null;
        }

        var from = await reader.MergeBaseAsync(other, sha, cancellationToken) ?? other;
        return await reader.ChangedAsync(from, sha, cancellationToken);
    }
}
