namespace Gantry.Coordinator.Git;

/// <summary>A commit as shown and as told to jobs.</summary>
internal sealed record GitCommit
{
    /// <summary>In place of a commit where there is none yet.</summary>
    public static readonly GitCommit None = new()
    {
        Sha = "",
        AuthorName = "",
        AuthorEmail = "",
        CommitterName = "",
        CommitterEmail = "",
        AuthoredAt = DateTimeOffset.UnixEpoch,
        CommittedAt = DateTimeOffset.UnixEpoch,
        Parents = [],
        Message = "",
    };

    public required string Sha { get; init; }
    public required string AuthorName { get; init; }
    public required string AuthorEmail { get; init; }
    public required string CommitterName { get; init; }
    public required string CommitterEmail { get; init; }
    public required DateTimeOffset AuthoredAt { get; init; }
    public required DateTimeOffset CommittedAt { get; init; }
    public required IReadOnlyList<string> Parents { get; init; }
    public required string Message { get; init; }

    public string Title => Message.Split('\n')[0].TrimEnd('\r');
}
