using System.Text;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The list of projects, and the home of one.</summary>
internal static class ProjectPages
{
    private const int PageSize = 30;
    private const int ShownCommits = 10;
    private const int ShownBranches = 15;
    private const int LargestReadme = 256 * 1024;

    public static async Task ListAsync(WebRequest request)
    {
        var search = request.Query("search").Trim();
        var person = request.Caller.Identity;
        var number = request.PageNumber;
        var (projects, total) = await request.Services.Database.ReadAsync(
            session =>
            {
                // Somebody who is nobody sees what is public; no user has the id 0.
                var found = session.Projects.List(
                    person is null ? 0 : person.Admin ? null : person.Id, search.Length > 0 ? search : null, new Page(number, PageSize));
                var visible = found.Items.Where(project => Permissions.MayReadCode(session, request.Caller, project));
                return (visible.Select(project => new ProjectItem(project, session.Pipelines.Latest(project.Id, null))).ToList(), found.Total);
            },
            request.Cancellation);
        if (projects.Count == 0 && person is null)
            throw ApiException.Unauthorized();

        var scope = request.Scope(AccessLevel.None);
        var view = new ProjectsView
        {
            Scope = scope,
            Projects = projects,
            Search = search,
            Pager = new PagerView(scope, number, Pages(total, PageSize), search.Length > 0 ? $"/?search={Uri.EscapeDataString(search)}&" : "/?"),
        };
        await request.ShowAsync(request.Frame(scope, request.Words.Projects, Slice.Projects(view)) with { Tab = ProjectTab.Overview, RefreshSeconds = 10 });
    }

    public static async Task HomeAsync(ProjectVisit visit)
    {
        var project = visit.Project;
        var heads = await visit.Repository.HeadsAsync(visit.Cancellation);
        var branches = heads.Where(head => !head.IsTag).OrderByDescending(head => head.Name == project.DefaultBranch).ThenBy(head => head.Name, NaturalOrder.Instance).ToList();
        var start = branches.FirstOrDefault(head => head.Name == project.DefaultBranch) ?? branches.FirstOrDefault();
        var commits = start is null ? [] : await visit.Repository.LogAsync(new CommitQuery(start.Sha, Take: ShownCommits), visit.Cancellation);
        var readme = start is null ? null : await ReadmeAsync(visit, start.Sha);
        var (commitItems, branchItems) = await visit.ReadAsync(session => (
            commits.Select(commit => new CommitItem(commit, Newest(session, project.Id, new PipelineFilter { Sha = commit.Sha }))).ToList(),
            branches.Take(ShownBranches).Select(head => new BranchItem(head, session.Pipelines.Latest(project.Id, head.Name))).ToList()));
        var view = new ProjectView
        {
            Scope = visit.Scope,
            Project = project,
            CloneUrl = visit.Services.Address.CloneUrl(project),
            Commits = commitItems,
            Branches = branchItems,
            BranchCount = branches.Count,
            ReadmeName = readme?.Name,
            Readme = readme?.Text,
        };
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Overview, visit.Request.Words.Overview, Slice.Project(view)) with { LiveUrl = WebPath.Live(project) });
    }

    public static long Pages(long total, int size) => (total + size - 1) / size;

    private static PipelineRow? Newest(StoreSession session, long projectId, PipelineFilter filter) =>
        session.Pipelines.List(projectId, filter, new Page(1, 1)).Items is [var first] ? first : null;

    private static async Task<(string Name, string Text)?> ReadmeAsync(ProjectVisit visit, string sha)
    {
        var entries = await visit.Repository.TreeAsync(sha, "", recursive: false, visit.Cancellation);
        var name = entries.Where(entry => entry.Type == "blob").Select(entry => entry.Path)
            .FirstOrDefault(path => Path.GetFileNameWithoutExtension(path).Equals("readme", StringComparison.OrdinalIgnoreCase));
        if (name is null || await visit.Repository.FileAsync(sha, name, visit.Cancellation) is not { Length: < LargestReadme } bytes)
            return null;
        return (name, Encoding.UTF8.GetString(bytes));
    }
}
