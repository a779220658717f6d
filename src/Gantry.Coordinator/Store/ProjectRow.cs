namespace Gantry.Coordinator.Store;

/// <summary>A project: a repository with its CI settings.</summary>
internal sealed record ProjectRow
{
    public required long Id { get; init; }
    public required long NamespaceId { get; init; }
    public required string Name { get; init; }

    /// <summary>The last part of <see cref="FullPath"/>.</summary>
    public required string Path { get; init; }

    /// <summary><c>group/sub/project</c>: unique without regard to case, and the address of its pages and its repository.</summary>
    public required string FullPath { get; init; }

    public required string Description { get; init; }
    public required string DefaultBranch { get; init; }

    /// <summary><c>private</c>, <c>internal</c> or <c>public</c>.</summary>
    public required string Visibility { get; init; }

    /// <summary>Path in the repository; <c>.gitlab-ci.yml</c> unless set.</summary>
    public required string CiConfigPath { get; init; }

    /// <summary>Legacy registration token, <c>GR1348941…</c>. Shown to maintainers. A secret.</summary>
    public required string RunnersToken { get; init; }

    /// <summary><c>fetch</c> or <c>clone</c>.</summary>
    public required string GitStrategy { get; init; }

    /// <summary>0 means the full history.</summary>
    public required int GitDepth { get; init; }

    /// <summary>Seconds; the default timeout of a job.</summary>
    public required int JobTimeout { get; init; }

    /// <summary>A new commit cancels older pipelines of its ref (ci-yaml §20).</summary>
    public required bool AutoCancel { get; init; }

    public required bool InstanceRunnersEnabled { get; init; }
    public required bool SeparateCaches { get; init; }

    /// <summary>Bumped by "Clear runner caches"; 0 adds no suffix.</summary>
    public required int CacheIndex { get; init; }

    /// <summary>Artifacts of the newest successful pipeline of each ref do not expire.</summary>
    public bool KeepLatestArtifacts { get; init; } = true;

    public required long CreatorId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset LastActivityAt { get; init; }

    /// <summary>The path of the namespace: all but the last part.</summary>
    public string NamespacePath => FullPath[..^(Path.Length + 1)];
}
