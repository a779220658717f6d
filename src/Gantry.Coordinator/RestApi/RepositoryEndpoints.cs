using System.Security.Cryptography;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>Reading repositories: branches, tags, commits, folders, files.</summary>
internal sealed class RepositoryEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/repository/branches", BranchesAsync);
        routes.Map("GET", "projects/{id}/repository/branches/{branch}", BranchAsync);
        routes.Map("GET", "projects/{id}/repository/tags", TagsAsync);
        routes.Map("GET", "projects/{id}/repository/commits", CommitsAsync);
        routes.Map("GET", "projects/{id}/repository/commits/{sha}", CommitAsync);
        routes.Map("GET", "projects/{id}/repository/tree", TreeAsync);
        routes.Map("GET", "projects/{id}/repository/files/{path}", FileAsync);
        routes.Map("GET", "projects/{id}/repository/files/{path}/raw", RawAsync);
    }

    private async Task BranchesAsync(ApiRequest request)
    {
        var (project, reader) = await OpenAsync(request);
        var search = request.Values.Text("search") ?? "";
        var heads = (await reader.HeadsAsync(request.Cancellation)).Where(head => !head.IsTag && head.Name.Contains(search, StringComparison.Ordinal)).ToList();
        Pagination.AddHeaders(request.Http, request.Page, heads.Count);
        var views = new List<BranchView>();
        foreach (var head in heads.Skip((int)request.Page.Offset).Take(request.Page.Size))
        {
            views.Add(await ViewAsync(request, project, reader, head));
        }

        await request.WriteAsync(views, RestJson.Default.ListBranchView);
    }

    private async Task BranchAsync(ApiRequest request)
    {
        var (project, reader) = await OpenAsync(request);
        var head = await reader.FindHeadAsync(request.Route("branch"), request.Cancellation);
        await request.WriteAsync(
            await ViewAsync(request, project, reader, head is { IsTag: false } ? head : throw ApiException.NotFound("Branch")), RestJson.Default.BranchView);
    }

    private async Task<BranchView> ViewAsync(ApiRequest request, ProjectRow project, RepositoryReader reader, RefHead head)
    {
        var commit = await reader.CommitAsync(head.Sha, request.Cancellation) ?? throw ApiException.NotFound("Commit");
        var isProtected = await services.Database.ReadAsync(
            session => Access.Permissions.IsProtected(session, project.Id, head.Name, isTag: false), request.Cancellation);
        return new BranchView(
            head.Name, CommitView.Of(commit, project, services.Address), false, isProtected, head.Name == project.DefaultBranch,
            $"{services.Address.Of(project)}/-/tree/{head.Name}");
    }

    private async Task TagsAsync(ApiRequest request)
    {
        var (project, reader) = await OpenAsync(request);
        var heads = (await reader.HeadsAsync(request.Cancellation)).Where(head => head.IsTag).ToList();
        Pagination.AddHeaders(request.Http, request.Page, heads.Count);
        var views = new List<TagView>();
        foreach (var head in heads.Skip((int)request.Page.Offset).Take(request.Page.Size))
        {
            var commit = await reader.CommitAsync(head.Sha, request.Cancellation) ?? throw ApiException.NotFound("Commit");
            views.Add(new TagView(
                head.Name, await reader.TagMessageAsync(head.Name, request.Cancellation) ?? "", head.Sha, CommitView.Of(commit, project, services.Address)));
        }

        await request.WriteAsync(views, RestJson.Default.ListTagView);
    }

    private async Task CommitsAsync(ApiRequest request)
    {
        var (project, reader) = await OpenAsync(request);
        var start = request.Values.Text("ref_name") ?? project.DefaultBranch;
        var query = new CommitQuery(start, request.Values.Text("path"), (int)request.Page.Offset, request.Page.Size);
        var commits = await reader.LogAsync(query, request.Cancellation);
        await request.WriteAsync([.. commits.Select(commit => CommitView.Of(commit, project, services.Address))], RestJson.Default.ListCommitView);
    }

    private async Task CommitAsync(ApiRequest request)
    {
        var (project, reader) = await OpenAsync(request);
        var commit = await reader.ResolveAsync(request.Route("sha"), request.Cancellation) is { } sha ? await reader.CommitAsync(sha, request.Cancellation) : null;
        await request.WriteAsync(CommitView.Of(commit ?? throw ApiException.NotFound("Commit"), project, services.Address), RestJson.Default.CommitView);
    }

    private async Task TreeAsync(ApiRequest request)
    {
        var (project, reader) = await OpenAsync(request);
        var sha = await reader.ResolveAsync(request.Values.Text("ref") ?? project.DefaultBranch, request.Cancellation) ?? throw ApiException.NotFound("Tree");
        var entries = await reader.TreeAsync(sha, request.Values.Text("path") ?? "", request.Values.Flag("recursive") == true, request.Cancellation);
        await request.WritePageAsync(entries, entry => new TreeEntryView(entry.Id, entry.Name, entry.Type, entry.Path, entry.Mode), RestJson.Default.ListTreeEntryView);
    }

    private async Task FileAsync(ApiRequest request)
    {
        var (sha, content) = await ReadAsync(request);
        var path = request.Route("path");
        await request.WriteAsync(
            new FileView(
                path[(path.LastIndexOf('/') + 1)..], path, content.Length, "base64", Convert.ToBase64String(content),
                Convert.ToHexStringLower(SHA256.HashData(content)), request.Values.Text("ref") ?? "HEAD", sha),
            RestJson.Default.FileView);
    }

    // Never shown by a browser under our own origin: the file is anybody's.
    private async Task RawAsync(ApiRequest request)
    {
        var (_, content) = await ReadAsync(request);
        var response = request.Http.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = content.Length;
        await response.Body.WriteAsync(content, request.Cancellation);
    }

    private async Task<(string Sha, byte[] Content)> ReadAsync(ApiRequest request)
    {
        var (project, reader) = await OpenAsync(request);
        var reference = request.Values.Text("ref") is { Length: > 0 } given and not "HEAD" ? given : project.DefaultBranch;
        var sha = await reader.ResolveAsync(reference, request.Cancellation) ?? throw ApiException.NotFound("Commit");
        return (sha, await reader.FileAsync(sha, request.Route("path"), request.Cancellation) ?? throw ApiException.NotFound("File"));
    }

    private async Task<(ProjectRow Project, RepositoryReader Reader)> OpenAsync(ApiRequest request)
    {
        var project = await services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.Reporter), request.Cancellation);
        return (project, services.Repository(project.Id));
    }
}
