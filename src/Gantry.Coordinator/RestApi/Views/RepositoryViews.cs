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
