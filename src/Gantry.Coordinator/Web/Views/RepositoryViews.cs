using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Repository;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Views;

/// <summary>A folder of a commit.</summary>
internal sealed record FolderView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required RefPath Place { get; init; }

    /// <summary>Folders first, then by name.</summary>
    public required IReadOnlyList<GitTreeEntry> Entries { get; init; }

    /// <summary>The newest commit that touched it.</summary>
    public CommitItem? Last { get; init; }

    public string? ReadmeName { get; init; }

    public IHtmlContent? Readme { get; init; }
}

/// <summary>A file of a commit.</summary>
internal sealed record FileView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required RefPath Place { get; init; }

    public required long Size { get; init; }

    /// <summary>Null for what is not text, or too large to show.</summary>
    public string? Text { get; init; }

    public bool IsMarkdown { get; init; }

    /// <summary>Null when the text is shown instead.</summary>
    public IHtmlContent? Markdown { get; init; }

    public CommitItem? Last { get; init; }

    public IReadOnlyList<string> Lines => Text is null ? [] : Text.EndsWith('\n') ? Text[..^1].Split('\n') : Text.Split('\n');
}

/// <summary>The parts of a path as links.</summary>
internal sealed record PathView(ProjectRow Project, RefPath Place);

/// <summary>A line that tells of one commit and how its pipeline went.</summary>
internal sealed record CommitLineView(PageScope Scope, ProjectRow Project, CommitItem Item);

/// <summary>The history of a branch or a path.</summary>
internal sealed record CommitsView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required RefPath Place { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<CommitItem> Commits { get; init; }

    public required IReadOnlyList<RefHead> Heads { get; init; }

    public required int Page { get; init; }

    public required bool More { get; init; }

    public IEnumerable<IGrouping<DateOnly, CommitItem>> Days =>
        Commits.GroupBy(item => DateOnly.FromDateTime(item.Commit.CommittedAt.UtcDateTime));
}

/// <summary>One commit.</summary>
internal sealed record CommitView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required GitCommit Commit { get; init; }

    public required IReadOnlyList<PipelineItem> Pipelines { get; init; }

    /// <summary>What changed, with the lines of each file.</summary>
    public required IReadOnlyList<(ChangedFile File, IReadOnlyList<PatchLine> Lines)> Files { get; init; }

    public required int FileCount { get; init; }

    /// <summary>The lines are too many to show.</summary>
    public required bool TooLong { get; init; }

    /// <summary>The message without its first line.</summary>
    public string Body => Commit.Message.Contains('\n', StringComparison.Ordinal) ? Commit.Message[(Commit.Message.IndexOf('\n', StringComparison.Ordinal) + 1)..].Trim() : "";
}

/// <summary>All branches and tags.</summary>
internal sealed record BranchesView(PageScope Scope, ProjectRow Project, IReadOnlyList<BranchItem> Heads);
