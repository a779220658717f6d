namespace Gantry.Coordinator.Git;

/// <summary>A commit that somebody makes without a work tree.</summary>
internal sealed record CommitOrder
{
    /// <summary>The branch that moves, short name.</summary>
    public required string Branch { get; init; }

    /// <summary>Where a new branch begins: a branch, tag or commit. Null: the branch exists, or the repository is empty.</summary>
    public string? Start { get; init; }

    public required string Message { get; init; }
    public required string AuthorName { get; init; }
    public required string AuthorEmail { get; init; }

    /// <summary>The head that the caller has seen; another one is refused. Null: whatever it is.</summary>
    public string? Expected { get; init; }

    public required IReadOnlyList<FileChange> Changes { get; init; }
}

/// <summary>What happens to one file.</summary>
/// <param name="Action"><c>create</c>, <c>update</c>, <c>delete</c>, <c>move</c> or <c>chmod</c>.</param>
/// <param name="Path">From the root, with forward slashes.</param>
internal sealed record FileChange(string Action, string Path)
{
    /// <summary>Of a move: where it was.</summary>
    public string? PreviousPath { get; init; }

    /// <summary>The whole new content; null where there is none to change.</summary>
    public byte[]? Content { get; init; }

    public bool? Executable { get; init; }
}
