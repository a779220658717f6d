using Gantry.Coordinator.Access;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git.Import;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Projects: list, make, change, remove.</summary>
internal sealed class ProjectEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects", ListAsync);
        routes.Map("POST", "projects", CreateAsync);
        routes.Map("GET", "projects/{id}", GetAsync);
        routes.Map("PUT", "projects/{id}", UpdateAsync);
        routes.Map("DELETE", "projects/{id}", DeleteAsync);
    }

    private async Task ListAsync(ApiRequest request)
    {
        var visibleTo = request.Caller switch
        {
            Caller.Person { User.Admin: true } => (long?)null,
            Caller.Person person => person.User.Id,
            _ => throw ApiException.Unauthorized(),
        };
        var page = request.KeysetPage;
        var views = await services.Database.ReadAsync(
            session =>
            {
                var slice = session.Projects.List(visibleTo, request.Values.Text("search"), page);
                return new Paged<ProjectView>(
                    [.. slice.Items.Select(project => View(session, request.Caller, project))], slice.Total);
            },
            request.Cancellation);
        await request.WriteKeysetAsync(page, views, view => view.Id, RestJson.Default.ListProjectView);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        var user = request.Person;
        var values = request.Values;
        var path = values.Text("path") ?? Slugged(values.Text("name")) ?? throw ApiException.BadParameter("name, path are missing, at least one parameter must be provided");
        var space = await NamespaceAsync(request, user);
        var draft = new ProjectDraft
        {
            FullPath = $"{space}/{path}",
            Name = values.Text("name"),
            Description = values.Text("description") ?? "",
            Visibility = values.Text("visibility") ?? "private",
            DefaultBranch = values.Text("default_branch") ?? "main",
            CiConfigPath = values.Text("ci_config_path") is { Length: > 0 } config ? config : ".gitlab-ci.yml",
        };
        foreach (var (field, message) in draft.Problems())
        {
            throw ApiException.Refused(field, message);
        }

        var import = values.Text("import_url") is { Length: > 0 } source ? source : null;
        if (import is not null)
        {
            // The server itself connects, and reads its own disk: not for everybody who may make a project.
            Gate.Admin(request);
            if (RepositoryImport.Problem(import) is { } problem)
            {
                throw ApiException.Refused("import_url", problem);
            }
        }

        var project = await draft.SaveAsync(services.Database, services.Repositories, user, services.Clock, request.Cancellation)
            ?? throw ApiException.Refused("path", "has already been taken");
        if (import is not null)
        {
            await services.ImportAsync(project, import, request.Cancellation);
        }

        await AnswerAsync(request, StatusCodes.Status201Created, project.Id);
    }

    // By number, by path, or the caller's own. A path that does not exist yet is made, as there is nothing else to a group here.
    private async Task<string> NamespaceAsync(ApiRequest request, UserRow user)
    {
        if (request.Values.Text("namespace_path") is { Length: > 0 } path)
        {
            return path;
        }

        return request.Values.Number("namespace_id") is { } id
            ? await services.Database.ReadAsync(session => session.Projects.FindNamespace(id), request.Cancellation) is { } known
                ? known.FullPath
                : throw ApiException.NotFound("Namespace")
            : user.Username;
    }

    private async Task GetAsync(ApiRequest request)
    {
        var project = await services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.None), request.Cancellation);
        await AnswerAsync(request, StatusCodes.Status200OK, project.Id);
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var values = request.Values;
        var project = await services.Database.WriteAsync(
            session =>
            {
                var found = Gate.Project(session, request, AccessLevel.Maintainer);
                session.Projects.Update(found with
                {
                    Name = values.Text("name") ?? found.Name,
                    Description = values.Text("description") ?? found.Description,
                    DefaultBranch = values.Text("default_branch") ?? found.DefaultBranch,
                    Visibility = values.Text("visibility") is "private" or "internal" or "public" ? values.Text("visibility")! : found.Visibility,
                    CiConfigPath = values.Text("ci_config_path") switch { null => found.CiConfigPath, "" => ".gitlab-ci.yml", var given => given },
                    GitStrategy = values.Text("build_git_strategy") is "fetch" or "clone" ? values.Text("build_git_strategy")! : found.GitStrategy,
                    GitDepth = Math.Clamp(values.Number("ci_default_git_depth") ?? found.GitDepth, 0, 1000),
                    JobTimeout = values.Number("build_timeout") is >= 600 and <= 2_592_000 and var timeout ? timeout : found.JobTimeout,
                    AutoCancel = values.Text("auto_cancel_pending_pipelines") switch { "enabled" => true, "disabled" => false, _ => found.AutoCancel },
                    InstanceRunnersEnabled = values.Flag("shared_runners_enabled") ?? found.InstanceRunnersEnabled,
                    SeparateCaches = values.Flag("ci_separated_caches") ?? found.SeparateCaches,
                    KeepLatestArtifacts = values.Flag("keep_latest_artifact") ?? found.KeepLatestArtifacts,
                });
                return found;
            },
            request.Cancellation);
        if (values.Text("default_branch") is { } branch && branch != project.DefaultBranch)
        {
            await services.Repositories.SetDefaultBranchAsync(project.Id, branch, request.Cancellation);
        }

        services.Queue.Forget();
        services.Signal.Raise();
        await AnswerAsync(request, StatusCodes.Status200OK, project.Id);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        var (project, artifacts, caches, jobs) = await services.Database.WriteAsync(
            session =>
            {
                var found = Gate.Project(session, request, AccessLevel.Owner);
                var files = (found, session.Artifacts.OfProject(found.Id), session.Caches.Of(found.Id), session.Jobs.IdsOfProject(found.Id));
                session.Projects.Delete(found.Id);
                return files;
            },
            request.Cancellation);
        services.Queue.Forget();
        foreach (var artifact in artifacts)
        {
            services.Artifacts.Delete(artifact);
        }

        foreach (var cache in caches)
        {
            services.Caches.Delete(cache);
        }

        foreach (var job in jobs)
        {
            await services.Traces.DeleteAsync(job, CancellationToken.None);
        }

        services.Repositories.Delete(project.Id);
        await request.WriteAsync(StatusCodes.Status202Accepted, new MessageView("202 Accepted"), RestJson.Default.MessageView);
    }

    private async Task AnswerAsync(ApiRequest request, int status, long projectId)
    {
        var view = await services.Database.ReadAsync(
            session => session.Projects.Find(projectId) is { } project ? View(session, request.Caller, project) : throw ApiException.NotFound("Project"), request.Cancellation);
        var empty = (await services.Repository(projectId).HeadsAsync(request.Cancellation)).Count == 0;
        await request.WriteAsync(status, view with { EmptyRepo = empty }, RestJson.Default.ProjectView);
    }

    private ProjectView View(StoreSession session, Caller caller, ProjectRow project) =>
        ProjectView.Of(session, caller, project, services.Address, empty: false);

    private static string? Slugged(string? name) =>
        name is null ? null : new string([.. name.Trim().ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' ? c : '-')]).Trim('-');
}
