using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Making and removing branches and tags; where a commit is, how its pipelines ended, what lies between two.</summary>
internal sealed class RefEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("POST", "projects/{id}/repository/branches", request => CreateAsync(request, isTag: false));
        routes.Map("DELETE", "projects/{id}/repository/branches/{name}", request => DeleteAsync(request, isTag: false));
        routes.Map("POST", "projects/{id}/repository/tags", request => CreateAsync(request, isTag: true));
        routes.Map("GET", "projects/{id}/repository/tags/{name}", TagAsync);
        routes.Map("DELETE", "projects/{id}/repository/tags/{name}", request => DeleteAsync(request, isTag: true));
        routes.Map("GET", "projects/{id}/repository/commits/{sha}/refs", RefsAsync);
        routes.Map("GET", "projects/{id}/repository/commits/{sha}/statuses", StatusesAsync);
        routes.Map("GET", "projects/{id}/repository/compare", CompareAsync);
    }

    private async Task CreateAsync(ApiRequest request, bool isTag)
    {
        var user = request.Person;
        var project = await services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.Developer), request.Cancellation);
        var order = new RefOrder(request.Values.Required(isTag ? "tag_name" : "branch"), isTag, request.Values.Required("ref"), request.Values.Text("message"));
        if (await services.Committing.CreateRefAsync(project, user, order, request.Cancellation) is CommitOutcome.Refused refused)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, refused.Message);
        }

        await WriteAsync(request, StatusCodes.Status201Created, project, order.Name, isTag);
    }

    private async Task DeleteAsync(ApiRequest request, bool isTag)
    {
        var user = request.Person;
        var name = request.Route("name");
        var project = await services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.Developer), request.Cancellation);
        if (!(await services.Repository(project.Id).HeadsAsync(request.Cancellation)).Any(head => head.Name == name && head.IsTag == isTag))
        {
            throw ApiException.NotFound(isTag ? "Tag" : "Branch");
        }

        if (await services.Committing.DeleteRefAsync(project, user, name, isTag, request.Cancellation) is { } refused)
        {
            throw new ApiException(StatusCodes.Status405MethodNotAllowed, refused);
        }

        request.NoContent();
    }

    private async Task TagAsync(ApiRequest request)
    {
        var project = await ProjectAsync(request);
        await WriteAsync(request, StatusCodes.Status200OK, project, request.Route("name"), isTag: true);
    }

    private async Task WriteAsync(ApiRequest request, int status, ProjectRow project, string name, bool isTag)
    {
        var reader = services.Repository(project.Id);
        var head = (await reader.HeadsAsync(request.Cancellation)).FirstOrDefault(other => other.Name == name && other.IsTag == isTag)
            ?? throw ApiException.NotFound(isTag ? "Tag" : "Branch");
        var commit = CommitView.Of(await reader.CommitAsync(head.Sha, request.Cancellation) ?? throw ApiException.NotFound("Commit"), project, services.Address);
        if (isTag)
        {
            await request.WriteAsync(
                status, new TagView(name, await reader.TagMessageAsync(name, request.Cancellation) ?? "", head.Sha, commit), RestJson.Default.TagView);
            return;
        }

        var isProtected = await services.Database.ReadAsync(session => Access.Permissions.IsProtected(session, project.Id, name, isTag: false), request.Cancellation);
        await request.WriteAsync(
            status, new BranchView(name, commit, false, isProtected, name == project.DefaultBranch, $"{services.Address.Of(project)}/-/tree/{name}"),
            RestJson.Default.BranchView);
    }

    private async Task RefsAsync(ApiRequest request)
    {
        var (_, reader, sha) = await CommitAsync(request);
        var heads = (await reader.HeadsAsync(request.Cancellation)).Where(head => head.Sha == sha);
        await request.WriteAsync([.. heads.Select(head => new CommitRefView(head.IsTag ? "tag" : "branch", head.Name))], RestJson.Default.ListCommitRefView);
    }

    private async Task StatusesAsync(ApiRequest request)
    {
        var (project, _, sha) = await CommitAsync(request);
        var views = await services.Database.ReadAsync(
            session => session.Pipelines.List(project.Id, PipelineFilter.All with { Sha = sha, Ref = request.Values.Text("ref") }, new Page(1, 100)).Items
                .SelectMany(pipeline => session.Jobs.Latest(pipeline.Id))
                .Select(job => new CommitStatusView(
                    job.Id, sha, job.Ref, job.Status, job.Name, services.Address.Of(project, job), null, job.CreatedAt, job.StartedAt, job.FinishedAt, job.AllowFailure,
                    job.Coverage, job.PipelineId, UserView.Of(session.Users.Find(job.UserId), services.Address)))
                .ToList(),
            request.Cancellation);
        await request.WritePageAsync(views, view => view, RestJson.Default.ListCommitStatusView);
    }

    private async Task CompareAsync(ApiRequest request)
    {
        var project = await ProjectAsync(request);
        var reader = services.Repository(project.Id);
        var (from, to) = (request.Values.Required("from"), request.Values.Required("to"));
        var old = await reader.ResolveAsync(from, request.Cancellation) ?? throw ApiException.NotFound("Ref");
        var fresh = await reader.ResolveAsync(to, request.Cancellation) ?? throw ApiException.NotFound("Ref");
        var common = await reader.MergeBaseAsync(old, fresh, request.Cancellation) ?? old;
        var changed = await reader.ChangedAsync(common, fresh, request.Cancellation) ?? [];
        var commits = (await reader.LogAsync(new CommitQuery(fresh, Take: 100), request.Cancellation)).TakeWhile(commit => commit.Sha != common).ToList();
        await request.WriteAsync(
            new ComparisonView(
                commits is [var newest, ..] ? CommitView.Of(newest, project, services.Address) : null,
                [.. commits.AsEnumerable().Reverse().Select(commit => CommitView.Of(commit, project, services.Address))],
                [.. changed.Select(path => new ComparedFileView(path, path))], false, old == fresh,
                $"{services.Address.Of(project)}/-/compare/{from}...{to}"),
            RestJson.Default.ComparisonView);
    }

    private Task<ProjectRow> ProjectAsync(ApiRequest request) =>
        services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.Reporter), request.Cancellation);

    private async Task<(ProjectRow Project, RepositoryReader Reader, string Sha)> CommitAsync(ApiRequest request)
    {
        var project = await ProjectAsync(request);
        var reader = services.Repository(project.Id);
        return (project, reader, await reader.ResolveAsync(request.Route("sha"), request.Cancellation) ?? throw ApiException.NotFound("Commit"));
    }
}
