using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A commit.</summary>
internal sealed record CommitView
{
    public required string Id { get; init; }
    public required string ShortId { get; init; }
    public required string Title { get; init; }
    public required string Message { get; init; }
    public required string AuthorName { get; init; }
    public required string AuthorEmail { get; init; }
    public required DateTimeOffset AuthoredDate { get; init; }
    public required string CommitterName { get; init; }
    public required string CommitterEmail { get; init; }
    public required DateTimeOffset CommittedDate { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required IReadOnlyList<string> ParentIds { get; init; }
    public required string WebUrl { get; init; }

    public static CommitView Of(GitCommit commit, ProjectRow project, ServerAddress address) => new()
    {
        Id = commit.Sha,
        ShortId = commit.Sha[..8],
        Title = commit.Title,
        Message = commit.Message,
        AuthorName = commit.AuthorName,
        AuthorEmail = commit.AuthorEmail,
        AuthoredDate = commit.AuthoredAt,
        CommitterName = commit.CommitterName,
        CommitterEmail = commit.CommitterEmail,
        CommittedDate = commit.CommittedAt,
        CreatedAt = commit.CommittedAt,
        ParentIds = commit.Parents,
        WebUrl = $"{address.Of(project)}/-/commit/{commit.Sha}",
    };

    /// <summary>What a pipeline remembers of its commit: enough for lists, without asking git for each.</summary>
    public static CommitView Of(PipelineRow pipeline, ProjectRow project, ServerAddress address) => new()
    {
        Id = pipeline.Sha,
        ShortId = pipeline.Sha[..8],
        Title = pipeline.CommitTitle,
        Message = pipeline.CommitTitle,
        AuthorName = pipeline.CommitAuthor,
        AuthorEmail = pipeline.CommitAuthorEmail,
        AuthoredDate = pipeline.CreatedAt,
        CommitterName = pipeline.CommitAuthor,
        CommitterEmail = pipeline.CommitAuthorEmail,
        CommittedDate = pipeline.CreatedAt,
        CreatedAt = pipeline.CreatedAt,
        ParentIds = [],
        WebUrl = $"{address.Of(project)}/-/commit/{pipeline.Sha}",
    };
}
