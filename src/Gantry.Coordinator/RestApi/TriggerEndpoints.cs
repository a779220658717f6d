using Gantry.Coordinator.Access;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Pipeline trigger tokens, and starting pipelines with them.</summary>
internal sealed class TriggerEndpoints(CoordinatorServices services, PipelineEndpoints pipelines)
{
    private const string TokenPrefix = "glptt-";

    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/triggers", ListAsync);
        routes.Map("POST", "projects/{id}/triggers", CreateAsync);
        routes.Map("GET", "projects/{id}/triggers/{trigger}", GetAsync);
        routes.Map("PUT", "projects/{id}/triggers/{trigger}", UpdateAsync);
        routes.Map("DELETE", "projects/{id}/triggers/{trigger}", DeleteAsync);
        routes.Map("POST", "projects/{id}/trigger/pipeline", request => StartAsync(request, request.Values.Required("ref")));
        routes.Map("POST", "projects/{id}/ref/{ref}/trigger/pipeline", request => StartAsync(request, request.Route("ref")));
    }

    private async Task ListAsync(ApiRequest request)
    {
        var views = await services.Database.ReadAsync(
            session => session.Triggers.Of(Gate.Project(session, request, AccessLevel.Maintainer).Id).Select(trigger => View(session, request, trigger)).ToList(),
            request.Cancellation);
        await request.WritePageAsync(views, view => view, RestJson.Default.ListTriggerView);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        var description = request.Values.Required("description");
        var owner = request.Person;
        var view = await services.Database.WriteAsync(
            session =>
            {
                var project = Gate.Project(session, request, AccessLevel.Maintainer);
                return View(session, request, session.Triggers.Add(project.Id, owner.Id, description, TokenHash.Create(TokenPrefix), services.Clock.GetUtcNow()));
            },
            request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, view, RestJson.Default.TriggerView);
    }

    private async Task GetAsync(ApiRequest request) =>
        await request.WriteAsync(
            await services.Database.ReadAsync(session => View(session, request, Find(session, request)), request.Cancellation), RestJson.Default.TriggerView);

    private async Task UpdateAsync(ApiRequest request)
    {
        var view = await services.Database.WriteAsync(
            session =>
            {
                var trigger = Find(session, request);
                session.Triggers.SetDescription(trigger.Id, request.Values.Text("description") ?? trigger.Description);
                return View(session, request, Find(session, request));
            },
            request.Cancellation);
        await request.WriteAsync(view, RestJson.Default.TriggerView);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        await services.Database.WriteAsync(session => session.Triggers.Delete(Find(session, request).Id), request.Cancellation);
        request.NoContent();
    }

    // The token says who asks and for which project; another project's token is worth nothing here.
    private async Task StartAsync(ApiRequest request, string reference)
    {
        var token = request.Values.Required("token");
        var (trigger, project, owner) = await services.Database.ReadAsync(
            session =>
            {
                var name = request.Route("id");
                var found = long.TryParse(name, out var id) ? session.Projects.Find(id) : session.Projects.FindByPath(name);
                var known = session.Triggers.FindByToken(token);
                return found is not null && known?.ProjectId == found.Id && session.Users.Find(known.OwnerId) is { } user
                    && Permissions.MayPush(session, new Caller.Person(user, null, null), found)
                        ? (known, found, user)
                        : throw ApiException.NotFound();
            },
            request.Cancellation);
        await services.Database.WriteAsync(session => session.Triggers.Touch(trigger.Id, services.Clock.GetUtcNow()), request.Cancellation);
        var head = await services.Repository(project.Id).FindHeadAsync(reference, request.Cancellation) ?? throw ApiException.Refused("base", "Reference not found");
        var asOwner = new Caller.Person(owner, null, null);
        if (!await services.Database.ReadAsync(session => Permissions.MayRun(session, asOwner, project, head.Name, head.IsTag), request.Cancellation))
        {
            throw ApiException.Refused("base", Refusals.MayNotRun(head.Name));
        }

        var outcome = await services.Creator.CreateAsync(
            new PipelineOrder
            {
                Project = project,
                User = owner,
                Head = head,
                Source = PipelineSources.Trigger,
                Triggered = true,
                Variables = [.. request.Values.Map("variables").Select(pair => new VariableRow { Key = pair.Key, Value = pair.Value })],
                Inputs = PipelineEndpoints.Inputs(request.Values),
            },
            request.Cancellation);
        await pipelines.AnswerAsync(request, project, outcome);
    }

    private static TriggerRow Find(StoreSession session, ApiRequest request) =>
        session.Triggers.Find(Gate.Project(session, request, AccessLevel.Maintainer).Id, request.RouteNumber("trigger")) ?? throw ApiException.NotFound("Trigger");

    // Its owner may read the whole token again, others the beginning of what follows the prefix.
    private TriggerView View(StoreSession session, ApiRequest request, TriggerRow trigger) => new(
        trigger.Id,
        request.Person.Id == trigger.OwnerId ? trigger.Token : trigger.Token[TokenPrefix.Length..][..4],
        trigger.Description, trigger.CreatedAt, trigger.LastUsedAt, UserView.Of(session.Users.Find(trigger.OwnerId), services.Address));
}
