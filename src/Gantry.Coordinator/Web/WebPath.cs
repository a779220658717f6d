using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web;

/// <summary>The addresses of pages, as GitLab has them, so that links in old notes and chat logs lead somewhere.</summary>
internal static class WebPath
{
    public const string SignIn = "/users/sign_in";
    public const string SignOut = "/users/sign_out";
    public const string AdminRunners = "/admin/runners";
    public const string AdminJobs = "/admin/jobs";
    public const string AdminVariables = "/admin/ci/variables";
    public const string AdminUsers = "/admin/users";
    public const string AdminHealth = "/admin/health_check";
    public const string Tokens = "/-/user_settings/personal_access_tokens";
    public const string Password = "/-/user_settings/password/edit";
    public const string PasswordLink = "/users/password/edit";
    public const string NewProject = "/projects/new";
    public const string Preferences = "/-/preferences";

    public static string Project(string fullPath) => "/" + string.Join('/', fullPath.Split('/').Select(Uri.EscapeDataString));

    public static string Of(ProjectRow project) => Project(project.FullPath);

    public static string Pipelines(ProjectRow project) => Of(project) + "/-/pipelines";

    public static string Pipelines(ProjectRow project, string refName) => $"{Pipelines(project)}?ref={Uri.EscapeDataString(refName)}";

    public static string NewPipeline(ProjectRow project) => Of(project) + "/-/pipelines/new";

    public static string Pipeline(ProjectRow project, long id) => $"{Of(project)}/-/pipelines/{id}";

    public static string Jobs(ProjectRow project) => Of(project) + "/-/jobs";

    public static string Job(ProjectRow project, long id) => $"{Of(project)}/-/jobs/{id}";

    public static string Settings(ProjectRow project) => Of(project) + "/-/settings/ci_cd";

    public static string Runner(ProjectRow project, long id) => $"{Of(project)}/-/runners/{id}";

    public static string Lint(ProjectRow project) => Of(project) + "/-/ci/lint";

    public static string Editor(ProjectRow project) => Of(project) + "/-/ci/editor";

    public static string Variables(ProjectRow project) => Of(project) + "/-/settings/variables";

    public static string Triggers(ProjectRow project) => Of(project) + "/-/settings/triggers";

    public static string Members(ProjectRow project) => Of(project) + "/-/project_members";

    public static string Schedules(ProjectRow project) => Of(project) + "/-/pipeline_schedules";

    public static string Environments(ProjectRow project) => Of(project) + "/-/environments";

    public static string ArtifactFolder(ProjectRow project, long job, string path) =>
        $"{Job(project, job)}/artifacts/browse{(path.Length > 0 ? "/" + Escape(path) : "")}";

    public static string ArtifactFile(ProjectRow project, long job, string path) => $"{Job(project, job)}/artifacts/raw/{Escape(path)}";

    public static string Tree(ProjectRow project, string refName, string path = "") => Below(project, "tree", refName, path);

    public static string Blob(ProjectRow project, string refName, string path) => Below(project, "blob", refName, path);

    public static string Raw(ProjectRow project, string refName, string path) => Below(project, "raw", refName, path);

    public static string Commits(ProjectRow project, string refName, string path = "") => Below(project, "commits", refName, path);

    public static string Commit(ProjectRow project, string sha) => $"{Of(project)}/-/commit/{sha}";

    public static string Branches(ProjectRow project) => Of(project) + "/-/branches";

    public static string General(ProjectRow project) => Of(project) + "/-/settings/general";

    public static string Live(ProjectRow project) => Of(project) + "/-/live";

    private static string Below(ProjectRow project, string kind, string refName, string path) =>
        $"{Of(project)}/-/{kind}/{Escape(refName)}{(path.Length > 0 ? "/" + Escape(path) : "")}";

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
