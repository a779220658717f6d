namespace Gantry.Pipelines.Includes;

/// <summary>
/// The files of one project at one commit. Called only for what a configuration asks for: <c>include</c>,
/// <c>rules:exists</c>, <c>rules:changes:compare_to</c> and <c>cache:key:files</c>. Calls come one at a time.
/// </summary>
public interface IRepositoryTree
{
    /// <summary>All files of the commit. Paths have no leading slash.</summary>
    ValueTask<IReadOnlyList<TreeFile>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Content as UTF-8 text; null when there is no such file.</summary>
    ValueTask<string?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Id of the last commit that touched the file; null when there is no such file.</summary>
    ValueTask<string?> LastCommitAsync(string path, CancellationToken cancellationToken);

    /// <summary>Paths that differ between the merge base with <paramref name="reference"/> and this commit; null when the reference does not exist.</summary>
    ValueTask<IReadOnlyList<string>?> ChangedSinceAsync(string reference, CancellationToken cancellationToken);
}

/// <summary>A file of a tree.</summary>
/// <param name="Path">With forward slashes, without a leading one.</param>
/// <param name="BlobId">Git's id of its content, or anything else that changes with the content.</param>
public readonly record struct TreeFile(string Path, string BlobId);
