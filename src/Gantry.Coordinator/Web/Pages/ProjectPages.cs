using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Repository;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The list of projects, and the home of one.</summary>
internal static class ProjectPages
{
    private const int PageSize = 30;
    private const int ShownPipelines = 5;
    private const int ShownBranches = 8;

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
        var branches = CommitPages.Sorted([.. heads.Where(head => !head.IsTag)], project);
        var start = branches.Count > 0 ? branches[0] : null;
        var (pipelines, branchItems) = await visit.ReadAsync(session => (
            session.Pipelines.List(project.Id, new PipelineFilter(), new Page(1, ShownPipelines)).Items,
            branches.Take(ShownBranches).Select(head => new BranchItem(head, session.Pipelines.Latest(project.Id, head.Name))).ToList()));
        var view = new ProjectView
        {
            Scope = visit.Scope,
            Project = project,
            CloneUrl = visit.Services.Address.CloneUrl(project),
            Folder = start is null ? null : await FilePages.FolderAsync(visit, new RefPath(start.Name, start.Sha, "")),
            Pipelines = pipelines,
            Branches = branchItems,
            BranchCount = branches.Count,
        };
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Overview, visit.Request.Words.Overview, Slice.Project(view)) with { LiveUrl = WebPath.Live(project) });
    }

    public static long Pages(long total, int size) => (total + size - 1) / size;
}
