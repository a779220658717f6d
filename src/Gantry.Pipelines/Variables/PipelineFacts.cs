namespace Gantry.Pipelines.Variables;

/// <summary>What is known of a pipeline before it exists: the ground of the predefined variables and of <c>only</c>.</summary>
public sealed record PipelineFacts
{
    /// <summary><c>CI_PIPELINE_SOURCE</c>: one of <see cref="PipelineSources"/>.</summary>
    public required string Source { get; init; }

    public required GitReference Reference { get; init; }

    public required CommitFacts Commit { get; init; }

    public ProjectFacts Project { get; init; } = new();

    public ServerFacts Server { get; init; } = new();

    public UserFacts User { get; init; } = new();

    public MergeRequestFacts? MergeRequest { get; init; }

    public UpstreamFacts? Upstream { get; init; }

    /// <summary>Number of the pipeline in its project.</summary>
    public long Iid { get; init; } = 1;

    /// <summary>Started with a trigger token.</summary>
    public bool IsTriggered { get; init; }

    public string? ScheduleDescription { get; init; }
}

/// <summary>A branch, a tag or the head of a merge request.</summary>
/// <param name="Name">Short name; for merge requests the source branch.</param>
/// <param name="Kind">Which of the three.</param>
/// <param name="IsProtected">Protected variables and runners may be used.</param>
public sealed record GitReference(string Name, GitReferenceKind Kind, bool IsProtected = false);

/// <summary>Kinds of <see cref="GitReference"/>.</summary>
public enum GitReferenceKind
{
    Branch,
    Tag,
    MergeRequest,
}

/// <summary>The commit of a pipeline.</summary>
public sealed record CommitFacts
{
    public const string NoSha = "0000000000000000000000000000000000000000";

    public required string Sha { get; init; }

    /// <summary>Previous head of the branch; forty zeros when there is none.</summary>
    public string BeforeSha { get; init; } = NoSha;

    public string Message { get; init; } = "";

    /// <summary><c>Name &lt;mail&gt;</c></summary>
    public string Author { get; init; } = "";

    /// <summary>ISO 8601.</summary>
    public string Timestamp { get; init; } = "";

    /// <summary>Message of an annotated tag.</summary>
    public string? TagMessage { get; init; }

    public string? DefaultBranchBaseSha { get; init; }
}

/// <summary>The project of a pipeline.</summary>
public sealed record ProjectFacts
{
    public long Id { get; init; } = 1;

    /// <summary>With all groups: <c>group/sub/project</c>.</summary>
    public string FullPath { get; init; } = "local/project";

    public string? Title { get; init; }

    public string Description { get; init; } = "";

    public long NamespaceId { get; init; } = 1;

    /// <summary><c>private</c>, <c>internal</c> or <c>public</c>.</summary>
    public string Visibility { get; init; } = "private";

    public string DefaultBranch { get; init; } = "main";

    public string ConfigurationPath { get; init; } = ".gitlab-ci.yml";

    public IReadOnlyList<string> RepositoryLanguages { get; init; } = [];

    public IReadOnlyList<string> Topics { get; init; } = [];
}

/// <summary>The server, as jobs see it.</summary>
public sealed record ServerFacts
{
    /// <summary>Without a trailing slash.</summary>
    public string Url { get; init; } = "http://localhost";

    public string Version { get; init; } = "19.2.0";

    public string Revision { get; init; } = "gantry";

    public string? ShellSshHost { get; init; }

    public int? ShellSshPort { get; init; }

    /// <summary>Host of the container registry; null without one.</summary>
    public string? Registry { get; init; }

    public string? PagesDomain { get; init; }

    public IReadOnlyList<string> Features { get; init; } = [];
}

/// <summary>Who started the pipeline.</summary>
public sealed record UserFacts
{
    public long Id { get; init; } = 1;

    public string Login { get; init; } = "root";

    public string Name { get; init; } = "Administrator";

    public string Email { get; init; } = "";
}

/// <summary>The merge request of a merge request pipeline.</summary>
public sealed record MergeRequestFacts
{
    public required long Id { get; init; }

    public required long Iid { get; init; }

    public required string SourceBranch { get; init; }

    public required string TargetBranch { get; init; }

    public string Title { get; init; } = "";

    public string Description { get; init; } = "";

    public string DiffBaseSha { get; init; } = "";

    public string? SourceBranchSha { get; init; }

    public string? TargetBranchSha { get; init; }

    public bool IsSourceBranchProtected { get; init; }

    public bool IsTargetBranchProtected { get; init; }

    public bool IsDraft { get; init; }

    public bool IsApproved { get; init; }

    public bool SquashOnMerge { get; init; }

    public string? Milestone { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    public IReadOnlyList<string> Assignees { get; init; } = [];

    /// <summary><c>detached</c>, <c>merged_result</c> or <c>merge_train</c>.</summary>
    public string EventType { get; init; } = "detached";
}

/// <summary>The bridge job that started this pipeline.</summary>
public sealed record UpstreamFacts(long ProjectId, long PipelineId, long JobId);
