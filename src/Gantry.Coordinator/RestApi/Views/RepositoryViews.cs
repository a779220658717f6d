namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A branch.</summary>
internal sealed record BranchView(string Name, CommitView Commit, bool Merged, bool Protected, bool Default, string WebUrl);

/// <summary>A tag.</summary>
internal sealed record TagView(string Name, string Message, string Target, CommitView Commit);

/// <summary>An entry of a folder.</summary>
internal sealed record TreeEntryView(string Id, string Name, string Type, string Path, string Mode);

/// <summary>A file with its content.</summary>
internal sealed record FileView(
    string FileName, string FilePath, long Size, string Encoding, string Content, string ContentSha256, string Ref, string CommitId);

/// <summary>A file that was made or changed.</summary>
internal sealed record ChangedFileView(string FilePath, string Branch);

/// <summary>A branch or tag at a commit.</summary>
internal sealed record CommitRefView(string Type, string Name);

/// <summary>A job as a commit's status.</summary>
internal sealed record CommitStatusView(
    long Id, string Sha, string Ref, string Status, string Name, string TargetUrl, string? Description, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt, bool AllowFailure, double? Coverage, long PipelineId, UserView? Author);

/// <summary>What lies between two commits.</summary>
internal sealed record ComparisonView(
    CommitView? Commit, IReadOnlyList<CommitView> Commits, IReadOnlyList<ComparedFileView> Diffs, bool CompareTimeout, bool CompareSameRef, string WebUrl);

/// <summary>A file that differs.</summary>
internal sealed record ComparedFileView(string OldPath, string NewPath);
