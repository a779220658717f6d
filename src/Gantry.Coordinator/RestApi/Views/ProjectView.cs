using Gantry.Coordinator.Access;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A project.</summary>
internal sealed record ProjectView
{
    public required long Id { get; init; }
    public required string Description { get; init; }
    public required string Name { get; init; }
    public required string NameWithNamespace { get; init; }
    public required string Path { get; init; }
    public required string PathWithNamespace { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string DefaultBranch { get; init; }
    public IReadOnlyList<string> TagList { get; init; } = [];
    public IReadOnlyList<string> Topics { get; init; } = [];
    public required string SshUrlToRepo { get; init; }
    public required string HttpUrlToRepo { get; init; }
    public required string WebUrl { get; init; }
    public string? ReadmeUrl { get; init; }
    public string? AvatarUrl { get; init; }
    public int ForksCount { get; init; }
    public int StarCount { get; init; }
    public required DateTimeOffset LastActivityAt { get; init; }
    public required NamespaceView Namespace { get; init; }
    public required bool EmptyRepo { get; init; }
    public bool Archived { get; init; }
    public required string Visibility { get; init; }
    public required string CiConfigPath { get; init; }
    public required string BuildGitStrategy { get; init; }
    public required int BuildTimeout { get; init; }
    public required int CiDefaultGitDepth { get; init; }
    public required bool CiSeparatedCaches { get; init; }
    public required bool KeepLatestArtifact { get; init; }
    public required string AutoCancelPendingPipelines { get; init; }
    public required bool SharedRunnersEnabled { get; init; }
    public bool JobsEnabled { get; init; } = true;
    public bool PublicJobs { get; init; } = true;
    public bool OnlyAllowMergeIfPipelineSucceeds { get; init; }
    public bool CiJobTokenScopeEnabled { get; init; }
    public string BuildsAccessLevel { get; init; } = "enabled";
    public string RepositoryAccessLevel { get; init; } = "enabled";
    public required long CreatorId { get; init; }

    /// <summary>Only for maintainers.</summary>
    public string? RunnersToken { get; init; }

    public required PermissionsView Permissions { get; init; }

    public static ProjectView Of(StoreSession session, Caller caller, ProjectRow project, ServerAddress address, bool empty)
    {
        var level = Access.Permissions.LevelIn(session, caller, project);
        var space = session.Projects.FindNamespace(project.NamespaceId)!;
        return new ProjectView
        {
            Id = project.Id,
            Description = project.Description,
            Name = project.Name,
            NameWithNamespace = $"{space.Name} / {project.Name}",
            Path = project.Path,
            PathWithNamespace = project.FullPath,
            CreatedAt = project.CreatedAt,
            DefaultBranch = project.DefaultBranch,
            SshUrlToRepo = $"ssh://git@{new Uri(address.Url).Host}/{project.FullPath}.git",
            HttpUrlToRepo = address.CloneUrl(project),
            WebUrl = address.Of(project),
            LastActivityAt = project.LastActivityAt,
            Namespace = new NamespaceView(space.Id, space.Name, space.Path, space.Kind, space.FullPath, null, null, $"{address.Url}/{space.FullPath}"),
            EmptyRepo = empty,
            Visibility = project.Visibility,
            CiConfigPath = project.CiConfigPath,
            BuildGitStrategy = project.GitStrategy,
            BuildTimeout = project.JobTimeout,
            CiDefaultGitDepth = project.GitDepth,
            CiSeparatedCaches = project.SeparateCaches,
            KeepLatestArtifact = project.KeepLatestArtifacts,
            AutoCancelPendingPipelines = project.AutoCancel ? "enabled" : "disabled",
            SharedRunnersEnabled = project.InstanceRunnersEnabled,
            CreatorId = project.CreatorId,
            RunnersToken = level >= AccessLevel.Maintainer ? project.RunnersToken : null,
            Permissions = new PermissionsView(level > AccessLevel.None ? new AccessView((int)level, 3) : null, null),
        };
    }
}

/// <summary>The folder of a project.</summary>
internal sealed record NamespaceView(long Id, string Name, string Path, string Kind, string FullPath, long? ParentId, string? AvatarUrl, string WebUrl);

/// <summary>The caller's own access.</summary>
internal sealed record PermissionsView(AccessView? ProjectAccess, AccessView? GroupAccess);

/// <summary>One access with its level.</summary>
internal sealed record AccessView(int AccessLevel, int NotificationLevel);
