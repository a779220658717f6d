using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Creation;

/// <summary>An order with what was looked up for it.</summary>
internal sealed record PipelineDraft(PipelineOrder Order, GitCommit Commit, PipelineFacts Facts)
{
    public bool IsProtected => Facts.Reference.IsProtected;

    /// <summary>The row before its configuration is known.</summary>
    public PipelineRow Row(long iid, DateTimeOffset now) => new()
    {
        Id = 0,
        ProjectId = Order.Project.Id,
        Iid = iid,
        Ref = Order.Head.Name,
        Tag = Order.Head.IsTag,
        Sha = Order.Head.Sha,
        BeforeSha = Facts.Commit.BeforeSha,
        Source = Order.Source,
        Status = CiStatus.Created,
        Protected = IsProtected,
        Stages = [],
        UserId = Order.User.Id,
        CommitTitle = Commit.Title,
        CommitAuthor = Commit.AuthorName,
        CommitAuthorEmail = Commit.AuthorEmail,
        CreatedAt = now,
        UpdatedAt = now,
        UpstreamJobId = Order.Upstream?.Id,
        UpstreamPipelineId = Order.Upstream?.PipelineId,
    };
}
