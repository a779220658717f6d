using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Repository;
using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The history of a branch or a file, one commit with what it changed, and all branches.</summary>
internal static class CommitPages
{
    private const int PageSize = 40;

    // A commit that touches more files than anybody reads on one page.
    private const int ShownFiles = 200;

    public static async Task ListAsync(ProjectVisit visit, string[] parts)
    {
        var place = await FilePages.FindAsync(visit, parts.Length > 0 ? parts : visit.Project.DefaultBranch.Split('/'));
        var number = visit.Request.PageNumber;
        var commits = await visit.Repository.LogAsync(
            new CommitQuery(place.Sha, place.Path.Length > 0 ? place.Path : null, (number - 1) * PageSize, PageSize + 1), visit.Cancellation);
        var items = await visit.ReadAsync(session => commits.Take(PageSize).Select(commit => Item(session, visit.Project.Id, commit)).ToList());
        var view = new CommitsView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Place = place,
            Commits = items,
            Heads = Sorted(await visit.Repository.HeadsAsync(visit.Cancellation), visit.Project),
            Page = number,
            More = commits.Count > PageSize,
        };
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Commits, visit.Request.Words.Commits, Slice.Commits(view)) with { LiveUrl = WebPath.Live(visit.Project) });
    }

    public static async Task ShowAsync(ProjectVisit visit, string id)
    {
        var sha = await visit.Repository.ResolveAsync(id, visit.Cancellation) ?? throw ApiException.NotFound("Commit");
        var commit = await visit.Repository.CommitAsync(sha, visit.Cancellation) ?? throw ApiException.NotFound("Commit");
        var changes = new CommitChanges(visit.Services.Repositories, visit.Project.Id);
        var files = await changes.FilesAsync(sha, visit.Cancellation);
        var patch = files.Count <= ShownFiles ? await changes.PatchAsync(sha, files, visit.Cancellation) : null;
        var lines = patch is null ? [] : Patch.Parse(patch);
        var pipelines = await visit.ReadAsync(session =>
            session.Pipelines.List(visit.Project.Id, new PipelineFilter { Sha = sha }, new Page(1, 10)).Items
                .Select(pipeline => PipelineList.Item(session, visit.Scope, visit.Project, pipeline)).ToList());
        var view = new CommitView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Commit = commit,
            Pipelines = pipelines,
            Files = [.. files.Take(ShownFiles).Select((file, i) => (file, lines.Count == files.Count ? lines[i] : []))],
            FileCount = files.Count,
            TooLong = patch is null,
        };
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Commits, $"{commit.Title} ({commit.Sha[..8]})", Slice.Commit(view)) with { LiveUrl = WebPath.Live(visit.Project) });
    }

    public static async Task BranchesAsync(ProjectVisit visit)
    {
        var heads = Sorted(await visit.Repository.HeadsAsync(visit.Cancellation), visit.Project);
        var items = await visit.ReadAsync(session => heads.Select(head => new BranchItem(head, session.Pipelines.Latest(visit.Project.Id, head.Name))).ToList());
        var view = new BranchesView(visit.Scope, visit.Project, items);
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Commits, visit.Request.Words.Branches, Slice.Branches(view)) with { LiveUrl = WebPath.Live(visit.Project) });
    }

    public static CommitItem Item(StoreSession session, long projectId, GitCommit commit) =>
        new(commit, session.Pipelines.List(projectId, new PipelineFilter { Sha = commit.Sha }, new Page(1, 1)).Items is [var newest] ? newest : null);

    /// <summary>Branches before tags, the default branch first.</summary>
    public static IReadOnlyList<RefHead> Sorted(IReadOnlyList<RefHead> heads, ProjectRow project) =>
        [.. heads.OrderBy(head => head.IsTag).ThenByDescending(head => head.Name == project.DefaultBranch).ThenBy(head => head.Name, NaturalOrder.Instance)];
}
