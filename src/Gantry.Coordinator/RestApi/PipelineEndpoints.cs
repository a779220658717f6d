using Gantry.Coordinator.Access;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Variables;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Pipelines: list, look, make, retry, cancel, remove.</summary>
internal sealed class PipelineEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/pipelines", ListAsync);
        routes.Map("POST", "projects/{id}/pipeline", CreateAsync);
        routes.Map("GET", "projects/{id}/pipelines/latest", LatestAsync);
        routes.Map("GET", "projects/{id}/pipelines/{pipeline}", GetAsync);
        routes.Map("DELETE", "projects/{id}/pipelines/{pipeline}", DeleteAsync);
        routes.Map("POST", "projects/{id}/pipelines/{pipeline}/retry", RetryAsync);
        routes.Map("POST", "projects/{id}/pipelines/{pipeline}/cancel", CancelAsync);
        routes.Map("GET", "projects/{id}/pipelines/{pipeline}/variables", VariablesAsync);
    }

    private async Task ListAsync(ApiRequest request)
    {
        var values = request.Values;
        var (project, slice) = await services.Database.ReadAsync(
            session =>
            {
                var found = Gate.Project(session, request, AccessLevel.Reporter);
                var user = values.Text("username") is { } name ? session.Users.FindByName(name)?.Id ?? -1 : (long?)null;
                var filter = new PipelineFilter
                {
                    Scope = values.Text("scope"),
                    Status = values.Text("status"),
                    Source = values.Text("source"),
                    Ref = values.Text("ref"),
                    Sha = values.Text("sha"),
                    UserId = user,
                    Ascending = values.Text("sort") == "asc",
                };
                return (found, session.Pipelines.List(found.Id, filter, request.Page));
            },
            request.Cancellation);
        await request.WritePageAsync(slice, pipeline => PipelineView.Of(pipeline, project, services.Address), RestJson.Default.ListPipelineView);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        var project = await services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.Developer), request.Cancellation);
        var name = request.Values.Required("ref");
        var head = await services.Repository(project.Id).FindHeadAsync(RefHead.Short(name), request.Cancellation)
            ?? throw ApiException.Refused("base", "Reference not found");
        if (!await services.Database.ReadAsync(session => Permissions.MayRun(session, request.Caller, project, head.Name, head.IsTag), request.Cancellation))
        {
            throw ApiException.Refused("base", Refusals.MayNotRun(head.Name));
        }

        var outcome = await services.Creator.CreateAsync(
            new PipelineOrder
            {
                Project = project,
                User = request.Person,
                Head = head,
                Source = PipelineSources.Api,
                Variables = [.. request.Values.List("variables").Select(Given)],
                Inputs = Inputs(request.Values),
            },
            request.Cancellation);
        await AnswerAsync(request, project, outcome);
    }

    /// <summary>201 with the pipeline, or 400 with what is wrong.</summary>
    internal async Task AnswerAsync(ApiRequest request, ProjectRow project, PipelineCreation outcome)
    {
        switch (outcome)
        {
            case PipelineCreation.Created created:
                await WriteAsync(request, StatusCodes.Status201Created, project, created.Pipeline.Id);
                break;
            case PipelineCreation.Refused refused:
                throw ApiException.Refused("base", refused.Text);
        }
    }

    internal static VariableRow Given(RequestValues item) => new()
    {
        Key = item.Required("key"),
        Value = item.Text("value") ?? "",
        Type = item.Text("variable_type") == "file" ? "file" : "env_var",
    };

    internal static IReadOnlyDictionary<string, InputValue> Inputs(RequestValues values) =>
        values.Node("inputs") is System.Text.Json.Nodes.JsonObject inputs
            ? inputs.ToDictionary(pair => pair.Key, pair => InputValue.FromJson(System.Text.Json.JsonElement.Parse(pair.Value?.ToJsonString() ?? "null")))
            : new Dictionary<string, InputValue>();

    private async Task LatestAsync(ApiRequest request)
    {
        var (project, pipeline) = await services.Database.ReadAsync(
            session =>
            {
                var found = Gate.Project(session, request, AccessLevel.Reporter);
                return (found, session.Pipelines.Latest(found.Id, request.Values.Text("ref") ?? found.DefaultBranch) ?? throw ApiException.NotFound("Pipeline"));
            },
            request.Cancellation);
        await WriteAsync(request, StatusCodes.Status200OK, project, pipeline.Id);
    }

    private async Task GetAsync(ApiRequest request)
    {
        var (project, pipeline) = await FindAsync(request, AccessLevel.Reporter);
        await WriteAsync(request, StatusCodes.Status200OK, project, pipeline.Id);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        var (project, pipeline) = await FindAsync(request, AccessLevel.Owner);
        var (jobs, files) = await services.Database.WriteAsync(
            session =>
            {
                var found = (session.Jobs.OfPipeline(pipeline.Id), session.Artifacts.OfPipeline(pipeline.Id));
                session.Pipelines.Delete(pipeline);
                return found;
            },
            request.Cancellation);
        services.Queue.Forget();
        foreach (var file in files)
        {
            services.Artifacts.Delete(file);
        }

        foreach (var job in jobs)
        {
            await services.Traces.DeleteAsync(job.Id, request.Cancellation);
        }

        await services.Repositories.DropPipelineAsync(project.Id, pipeline.Id, request.Cancellation);
        request.NoContent();
    }

    private async Task RetryAsync(ApiRequest request)
    {
        var (project, pipeline) = await FindAsync(request, AccessLevel.Developer);
        await services.Actions.RetryPipelineAsync(pipeline.Id, request.Person.Id, request.Cancellation);
        await WriteAsync(request, StatusCodes.Status201Created, project, pipeline.Id);
    }

    private async Task CancelAsync(ApiRequest request)
    {
        var (project, pipeline) = await FindAsync(request, AccessLevel.Developer);
        await services.Actions.CancelPipelineAsync(pipeline.Id, request.Cancellation);
        await WriteAsync(request, StatusCodes.Status200OK, project, pipeline.Id);
    }

    private async Task VariablesAsync(ApiRequest request)
    {
        var (_, pipeline) = await FindAsync(request, AccessLevel.Maintainer);
        var variables = await services.Database.ReadAsync(session => session.Pipelines.Variables(pipeline.Id), request.Cancellation);
        await request.WriteAsync([.. variables.Select(GivenVariableView.Of)], RestJson.Default.ListGivenVariableView);
    }

    private Task<(ProjectRow Project, PipelineRow Pipeline)> FindAsync(ApiRequest request, AccessLevel least) =>
        services.Database.ReadAsync(
            session =>
            {
                var project = Gate.Project(session, request, least);
                return (project, Gate.Pipeline(session, request, project));
            },
            request.Cancellation);

    private async Task WriteAsync(ApiRequest request, int status, ProjectRow project, long pipelineId)
    {
        var view = await services.Database.ReadAsync(
            session => session.Pipelines.Find(pipelineId) is { } pipeline
                ? PipelineDetailView.Of(pipeline, project, session.Users.Find(pipeline.UserId), services.Address)
                : throw ApiException.NotFound("Pipeline"),
            request.Cancellation);
        await request.WriteAsync(status, view, RestJson.Default.PipelineDetailView);
    }
}
