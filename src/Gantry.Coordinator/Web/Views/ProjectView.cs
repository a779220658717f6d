using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The home of a project.</summary>
internal sealed record ProjectView
{
    public required PageScope Scope { get; init; }

    public required ProjectRow Project { get; init; }

    public required string CloneUrl { get; init; }

    /// <summary>The root of the default branch; null for an empty repository.</summary>
    public FolderView? Folder { get; init; }

    /// <summary>The newest.</summary>
    public required IReadOnlyList<PipelineRow> Pipelines { get; init; }

    public required IReadOnlyList<BranchItem> Branches { get; init; }

    /// <summary>How many there are, of which the first are shown.</summary>
    public required int BranchCount { get; init; }
}

/// <param name="Commit">The commit.</param>
/// <param name="Pipeline">Its newest pipeline.</param>
internal sealed record CommitItem(GitCommit Commit, PipelineRow? Pipeline);

/// <param name="Head">The branch.</param>
/// <param name="Pipeline">The newest pipeline of the branch.</param>
internal sealed record BranchItem(RefHead Head, PipelineRow? Pipeline);
