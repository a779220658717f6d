using System.Globalization;

namespace Gantry.Engine.Plans;

/// <summary>Where a job's files go (official-job-protocol §5.5).</summary>
internal static class FolderLayout
{
    /// <summary>The folders, or why there are none (<c>runner_configuration_error</c>).</summary>
    /// <param name="request">The job and the runner entry.</param>
    /// <param name="strategy">An empty work folder is kept apart from the others.</param>
    /// <param name="clonePath"><c>GIT_CLONE_PATH</c>, expanded; empty when not given.</param>
    public static (JobFolders? Folders, string? Problem) Resolve(PlanRequest request, GitStrategy strategy, string clonePath)
    {
        var builds = request.Runner.BuildsFolder ?? request.Defaults.BuildsFolder;
        var cache = request.Runner.CacheFolder ?? request.Defaults.CacheFolder;
        if (string.IsNullOrEmpty(builds))
        {
            return (null, "the builds_dir is not configured");
        }

        if (string.IsNullOrEmpty(cache))
        {
            return (null, "the cache_dir is not configured");
        }

        builds = GuestPath.ToSlash(builds);
        var slug = Slug(request.Payload.GitInfo.RepoUrl, request.Payload.JobInfo.ProjectId) + (strategy == GitStrategy.Empty ? "-empty" : "");
        var project = Project(request, builds, slug);
        if (clonePath.Length > 0)
        {
            if (!(request.Runner.CustomBuildDirEnabled ?? request.Defaults.CustomBuildDirAllowed))
            {
                return (null, "setting GIT_CLONE_PATH is not allowed, enable `custom_build_dir` feature");
            }

            clonePath = request.Defaults.PlaceIsWindows ? GuestPath.ToSlash(clonePath) : clonePath;
            if (!GuestPath.IsWithin(Cased(clonePath), Cased(builds)))
            {
                return (null, $"the GIT_CLONE_PATH=\"{clonePath}\" has to be within \"{builds}\"");
            }

            project = GuestPath.Clean(clonePath);
        }

        return (new JobFolders(builds, project, GuestPath.Join(GuestPath.ToSlash(cache), slug)), null);

        string Cased(string path) => request.Defaults.PlaceIsWindows ? path.ToUpperInvariant() : path;
    }

    /// <summary>The project's path in its address, or <c>project-ID</c> where that is no safe path.</summary>
    public static string Slug(string repoUrl, long projectId)
    {
        var fallback = string.Create(CultureInfo.InvariantCulture, $"project-{projectId}");
        if (!UrlParts.TryParse(repoUrl, out var url) || url.Host.Length == 0)
        {
            return fallback;
        }

        var path = Uri.UnescapeDataString(url.Path);
        path = path.EndsWith(".git", StringComparison.Ordinal) ? path[..^4] : path;
        var slug = GuestPath.Clean(path);
        return slug is "." or "/" || slug.Contains("..", StringComparison.Ordinal) ? fallback : slug;
    }

    private static string Project(PlanRequest request, string builds, string slug) => request.Defaults.SharedBuildsFolder
        ? GuestPath.Join(builds, request.Runner.ShortToken, request.Numbers.Project.ToString(CultureInfo.InvariantCulture), slug)
        : GuestPath.Join(builds, slug);
}
