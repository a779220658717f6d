using System.Globalization;
using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.Variables;

/// <summary>
/// The variables that the product sets by itself, as pure functions of facts. Which of them exist before a pipeline does,
/// with its jobs, and only at run time follows GitLab's documentation of predefined variables.
/// </summary>
public static class PredefinedVariables
{
    /// <summary>Known before the pipeline exists: usable in <c>include</c>, <c>workflow</c> and <c>rules</c>. No user variables.</summary>
    public static IReadOnlyList<Variable> ForPipeline(PipelineFacts facts)
    {
        var list = new List<Variable>();
        void Add(string key, string? value)
        {
            if (value is not null)
            {
                list.Add(Variable.Public(key, value));
            }
        }

        Server(facts.Server, Add);
        Project(facts.Project, facts.Server, Add);
        Pipeline(facts, Add);
        Commit(facts, Add);
        if (facts.MergeRequest is { } mergeRequest)
        {
            MergeRequest(mergeRequest, facts.Project, facts.Server, Add);
        }

        return list;
    }

    /// <summary>Who started the pipeline; for a manual job, who played it.</summary>
    public static IReadOnlyList<Variable> ForUser(UserFacts user) =>
    [
        Variable.Public("GITLAB_USER_ID", Text(user.Id)),
        Variable.Public("GITLAB_USER_EMAIL", user.Email),
        Variable.Public("GITLAB_USER_LOGIN", user.Login),
        Variable.Public("GITLAB_USER_NAME", user.Name),
    ];

    /// <summary>Known with the job: usable in its rules and values.</summary>
    public static IReadOnlyList<Variable> ForJob(string name, string baseName, string stage, ParallelModel? parallel, bool isManual)
    {
        var list = new List<Variable>
        {
            Variable.Public("CI_JOB_NAME", name),
            Variable.Public("CI_JOB_NAME_SLUG", Slug.Of(name)),
            Variable.Public("CI_JOB_STAGE", stage),
            Variable.Public("CI_JOB_GROUP_NAME", baseName),
        };
        if (isManual)
        {
            list.Add(Variable.Public("CI_JOB_MANUAL", "true"));
        }

        if (parallel is not null)
        {
            list.Add(Variable.Public("CI_NODE_INDEX", Text(parallel.Index)));
        }

        list.Add(Variable.Public("CI_NODE_TOTAL", Text(parallel?.Total ?? 1)));
        return list;
    }

    /// <summary>Of the environment of a job; the url may still hold references.</summary>
    public static IReadOnlyList<Variable> ForEnvironment(EnvironmentModel environment)
    {
        var list = new List<Variable>
        {
            Variable.Public("CI_ENVIRONMENT_NAME", environment.Name),
            Variable.Public("CI_ENVIRONMENT_SLUG", environment.Slug),
            Variable.Public("CI_ENVIRONMENT_ACTION", environment.Action),
            Variable.Public("CI_ENVIRONMENT_TIER", environment.Tier),
        };
        if (environment.Url is { } url)
        {
            list.Add(Variable.Public("CI_ENVIRONMENT_URL", url));
        }

        return list;
    }

    private static void Server(ServerFacts server, Action<string, string?> add)
    {
        var url = new Uri(server.Url);
        var version = server.Version.Split('.', '-');
        add("CI", "true");
        add("GITLAB_CI", "true");
        add("CI_SERVER_FQDN", url.IsDefaultPort ? url.Host : url.Authority);
        add("CI_SERVER_URL", server.Url);
        add("CI_SERVER_HOST", url.Host);
        add("CI_SERVER_PORT", Text(url.Port));
        add("CI_SERVER_PROTOCOL", url.Scheme);
        add("CI_SERVER_SHELL_SSH_HOST", server.ShellSshHost ?? url.Host);
        add("CI_SERVER_SHELL_SSH_PORT", Text(server.ShellSshPort ?? 22));
        add("CI_SERVER_NAME", "GitLab");
        add("CI_SERVER_VERSION", server.Version);
        add("CI_SERVER_VERSION_MAJOR", version[0]);
        add("CI_SERVER_VERSION_MINOR", version.ElementAtOrDefault(1) ?? "0");
        add("CI_SERVER_VERSION_PATCH", version.ElementAtOrDefault(2) ?? "0");
        add("CI_SERVER_REVISION", server.Revision);
        add("CI_API_V4_URL", $"{server.Url}/api/v4");
        add("CI_API_GRAPHQL_URL", $"{server.Url}/api/graphql");
        add("CI_TEMPLATE_REGISTRY_HOST", "registry.gitlab.com");
        add("CI_PAGES_DOMAIN", server.PagesDomain);
        add("GITLAB_FEATURES", string.Join(',', server.Features));
    }

    private static void Project(ProjectFacts project, ServerFacts server, Action<string, string?> add)
    {
        var cut = project.FullPath.LastIndexOf('/');
        var space = cut < 0 ? "" : project.FullPath[..cut];
        var root = space.Split('/')[0];
        add("CI_PROJECT_ID", Text(project.Id));
        add("CI_PROJECT_NAME", project.FullPath[(cut + 1)..]);
        add("CI_PROJECT_TITLE", project.Title ?? project.FullPath[(cut + 1)..]);
        add("CI_PROJECT_DESCRIPTION", project.Description);
        add("CI_PROJECT_PATH", project.FullPath);
        add("CI_PROJECT_PATH_SLUG", Slug.Of(project.FullPath));
        add("CI_PROJECT_NAMESPACE", space);
        add("CI_PROJECT_NAMESPACE_ID", Text(project.NamespaceId));
        add("CI_PROJECT_NAMESPACE_SLUG", Slug.Of(space));
        add("CI_PROJECT_ROOT_NAMESPACE", root);
        add("CI_PROJECT_ROOT_NAMESPACE_SLUG", Slug.Of(root));
        add("CI_PROJECT_URL", $"{server.Url}/{project.FullPath}");
        add("CI_PROJECT_VISIBILITY", project.Visibility);
        add("CI_PROJECT_REPOSITORY_LANGUAGES", string.Join(',', project.RepositoryLanguages).ToLowerInvariant());
        add("CI_PROJECT_CLASSIFICATION_LABEL", "");
        add("CI_PROJECT_TOPICS", string.Join(',', project.Topics).ToLowerInvariant());
        add("CI_DEFAULT_BRANCH", project.DefaultBranch);
        add("CI_DEFAULT_BRANCH_SLUG", Slug.Of(project.DefaultBranch));
        add("CI_CONFIG_PATH", project.ConfigurationPath);
        add("CI_REGISTRY", server.Registry);
        add("CI_REGISTRY_IMAGE", server.Registry is null ? null : $"{server.Registry}/{project.FullPath.ToLowerInvariant()}");
    }

    private static void Pipeline(PipelineFacts facts, Action<string, string?> add)
    {
        add("CI_PIPELINE_IID", Text(facts.Iid));
        add("CI_PIPELINE_SOURCE", facts.Source);
        add("CI_PIPELINE_TRIGGERED", facts.IsTriggered ? "true" : null);
        add("CI_PIPELINE_SCHEDULE_DESCRIPTION", facts.ScheduleDescription);
        if (facts.Upstream is { } upstream)
        {
            add("CI_UPSTREAM_PROJECT_ID", Text(upstream.ProjectId));
            add("CI_UPSTREAM_PIPELINE_ID", Text(upstream.PipelineId));
            add("CI_UPSTREAM_JOB_ID", Text(upstream.JobId));
        }
    }

    private static void Commit(PipelineFacts facts, Action<string, string?> add)
    {
        var commit = facts.Commit;
        var reference = facts.Reference;
        var title = commit.Message.Split('\n')[0].TrimEnd('\r');
        add("CI_COMMIT_SHA", commit.Sha);
        add("CI_COMMIT_SHORT_SHA", commit.Sha.Length > 8 ? commit.Sha[..8] : commit.Sha);
        add("CI_COMMIT_BEFORE_SHA", commit.BeforeSha);
        add("CI_COMMIT_REF_NAME", reference.Name);
        add("CI_COMMIT_REF_SLUG", Slug.Of(reference.Name));
        add("CI_COMMIT_BRANCH", reference.Kind == GitReferenceKind.Branch ? reference.Name : null);
        add("CI_COMMIT_TAG", reference.Kind == GitReferenceKind.Tag ? reference.Name : null);
        add("CI_COMMIT_TAG_MESSAGE", reference.Kind == GitReferenceKind.Tag ? commit.TagMessage ?? "" : null);
        add("CI_COMMIT_MESSAGE", commit.Message);
        add("CI_COMMIT_TITLE", title);
        add("CI_COMMIT_DESCRIPTION", title.Length < 100 ? Body(commit.Message) : commit.Message);
        add("CI_COMMIT_REF_PROTECTED", Flag(reference.IsProtected));
        add("CI_COMMIT_TIMESTAMP", commit.Timestamp);
        add("CI_COMMIT_AUTHOR", commit.Author);
        add("CI_COMMIT_DEFAULT_BRANCH_BASE_SHA", commit.DefaultBranchBaseSha);
    }

    private static void MergeRequest(MergeRequestFacts request, ProjectFacts project, ServerFacts server, Action<string, string?> add)
    {
        void Put(string key, string? value) => add("CI_MERGE_REQUEST_" + key, value);
        var url = $"{server.Url}/{project.FullPath}";
        Put("ID", Text(request.Id));
        Put("IID", Text(request.Iid));
        Put("TITLE", request.Title);
        Put("DESCRIPTION", request.Description.Length > 2700 ? request.Description[..2700] : request.Description);
        Put("DESCRIPTION_IS_TRUNCATED", Flag(request.Description.Length > 2700));
        Put("REF_PATH", $"refs/merge-requests/{Text(request.Iid)}/head");
        Put("PROJECT_ID", Text(project.Id));
        Put("PROJECT_PATH", project.FullPath);
        Put("PROJECT_URL", url);
        Put("SOURCE_PROJECT_ID", Text(project.Id));
        Put("SOURCE_PROJECT_PATH", project.FullPath);
        Put("SOURCE_PROJECT_URL", url);
        Put("SOURCE_BRANCH_NAME", request.SourceBranch);
        Put("SOURCE_BRANCH_PROTECTED", Flag(request.IsSourceBranchProtected));
        Put("SOURCE_BRANCH_SHA", request.SourceBranchSha ?? "");
        Put("TARGET_BRANCH_NAME", request.TargetBranch);
        Put("TARGET_BRANCH_PROTECTED", Flag(request.IsTargetBranchProtected));
        Put("TARGET_BRANCH_SHA", request.TargetBranchSha ?? "");
        Put("DIFF_BASE_SHA", request.DiffBaseSha);
        Put("EVENT_TYPE", request.EventType);
        Put("DRAFT", Flag(request.IsDraft));
        Put("SQUASH_ON_MERGE", Flag(request.SquashOnMerge));
        Put("APPROVED", request.IsApproved ? "true" : null);
        Put("MILESTONE", request.Milestone);
        Put("LABELS", request.Labels.Count == 0 ? null : string.Join(',', request.Labels));
        Put("ASSIGNEES", request.Assignees.Count == 0 ? null : string.Join(", ", request.Assignees));
    }

    private static string Body(string message)
    {
        var cut = message.IndexOf('\n', StringComparison.Ordinal);
        return cut < 0 ? "" : message[(cut + 1)..].TrimStart('\n', '\r');
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Flag(bool value) => value ? "true" : "false";
}
