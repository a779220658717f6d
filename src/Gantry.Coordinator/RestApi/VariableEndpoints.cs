using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>CI/CD variables of projects and of the instance.</summary>
internal sealed class VariableEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        MapBelow(routes, "projects/{id}/variables", (session, request) => Gate.Project(session, request, AccessLevel.Maintainer).Id);
        MapBelow(routes, "admin/ci/variables", Instance);
    }

    private void MapBelow(ApiRoutes routes, string path, Func<StoreSession, ApiRequest, long> owner)
    {
        routes.Map("GET", path, request => ListAsync(request, owner));
        routes.Map("POST", path, request => CreateAsync(request, owner));
        routes.Map("GET", path + "/{key}", request => GetAsync(request, owner));
        routes.Map("PUT", path + "/{key}", request => UpdateAsync(request, owner));
        routes.Map("DELETE", path + "/{key}", request => DeleteAsync(request, owner));
    }

    private static long Instance(StoreSession session, ApiRequest request)
    {
        Gate.Admin(request);
        return VariableStore.Instance;
    }

    private async Task ListAsync(ApiRequest request, Func<StoreSession, ApiRequest, long> owner)
    {
        var variables = await services.Database.ReadAsync(session => session.Variables.Of(owner(session, request)), request.Cancellation);
        await request.WritePageAsync(variables, VariableView.Of, RestJson.Default.ListVariableView);
    }

    private async Task GetAsync(ApiRequest request, Func<StoreSession, ApiRequest, long> owner)
    {
        var variable = await services.Database.ReadAsync(session => Find(session, owner(session, request), request), request.Cancellation);
        await request.WriteAsync(VariableView.Of(variable), RestJson.Default.VariableView);
    }

    private async Task CreateAsync(ApiRequest request, Func<StoreSession, ApiRequest, long> owner)
    {
        var values = request.Values;
        var hidden = values.Flag("masked_and_hidden") ?? false;
        var variable = new VariableRow
        {
            Key = values.Required("key"),
            Value = values.Text("value") ?? throw ApiException.BadParameter("value is missing"),
            Type = values.Text("variable_type") == "file" ? "file" : "env_var",
            Protected = values.Flag("protected") ?? false,
            Masked = hidden || (values.Flag("masked") ?? false),
            Hidden = hidden,
            Raw = values.Flag("raw") ?? false,
            EnvironmentScope = values.Text("environment_scope") is { Length: > 0 } scope ? scope : "*",
            Description = values.Text("description") ?? "",
        };
        Check(variable);
        await services.Database.WriteAsync(
            session =>
            {
                var id = owner(session, request);
                if (session.Variables.Find(id, variable.Key, variable.EnvironmentScope) is not null)
                {
                    throw ApiException.Refused("key", $"({variable.Key}) has already been taken");
                }

                session.Variables.Save(id, variable);
            },
            request.Cancellation);
        await request.WriteAsync(StatusCodes.Status201Created, VariableView.Of(variable), RestJson.Default.VariableView);
    }

    private async Task UpdateAsync(ApiRequest request, Func<StoreSession, ApiRequest, long> owner)
    {
        var values = request.Values;
        var variable = await services.Database.WriteAsync(
            session =>
            {
                var id = owner(session, request);
                var found = Find(session, id, request);
                var next = found with
                {
                    Value = values.Text("value") ?? found.Value,
                    Type = values.Text("variable_type") switch { "file" => "file", "env_var" => "env_var", _ => found.Type },
                    Protected = values.Flag("protected") ?? found.Protected,
                    Masked = found.Hidden || (values.Flag("masked") ?? found.Masked),
                    Raw = values.Flag("raw") ?? found.Raw,
                    EnvironmentScope = values.Text("environment_scope") is { Length: > 0 } scope ? scope : found.EnvironmentScope,
                    Description = values.Text("description") ?? found.Description,
                };
                Check(next);
                session.Variables.Delete(id, found.Key, found.EnvironmentScope);
                session.Variables.Save(id, next);
                return next;
            },
            request.Cancellation);
        await request.WriteAsync(VariableView.Of(variable), RestJson.Default.VariableView);
    }

    private async Task DeleteAsync(ApiRequest request, Func<StoreSession, ApiRequest, long> owner)
    {
        await services.Database.WriteAsync(
            session =>
            {
                var id = owner(session, request);
                var found = Find(session, id, request);
                session.Variables.Delete(id, found.Key, found.EnvironmentScope);
            },
            request.Cancellation);
        request.NoContent();
    }

    // The same key may exist for several environments: the filter tells which, and without it the key must be the only one.
    private static VariableRow Find(StoreSession session, long ownerId, ApiRequest request)
    {
        var key = request.Route("key");
        var scope = request.Values.Map("filter").FirstOrDefault(pair => pair.Key == "environment_scope").Value;
        var found = session.Variables.Of(ownerId).Where(variable => variable.Key == key && (scope is null || variable.EnvironmentScope == scope)).ToList();
        return found switch
        {
            [] => throw ApiException.NotFound("Variable"),
            [var only] => only,
            _ => throw new ApiException(
                StatusCodes.Status409Conflict, "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"),
        };
    }

    private static void Check(VariableRow variable)
    {
        foreach (var (field, message) in VariableRules.Problems(variable))
        {
            throw ApiException.Refused(field, message);
        }
    }
}
