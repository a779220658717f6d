using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>CI/CD variables of a project, and those of the whole server.</summary>
internal static class VariablePages
{
    public static Task ListAsync(ProjectVisit visit) => ShowAsync(Place.Of(visit), null, null);

    public static Task SaveAsync(ProjectVisit visit, WebForm form) => SaveAsync(Place.Of(visit), form);

    public static Task DeleteAsync(ProjectVisit visit, WebForm form) => DeleteAsync(Place.Of(visit), form);

    public static Task ListAsync(WebRequest request) => ShowAsync(Place.Of(request), null, null);

    public static Task SaveAsync(WebRequest request, WebForm form) => SaveAsync(Place.Of(request), form);

    public static Task DeleteAsync(WebRequest request, WebForm form) => DeleteAsync(Place.Of(request), form);

    private static async Task SaveAsync(Place place, WebForm form)
    {
        var request = place.Request;
        var typed = Read(form);
        var (oldKey, oldScope) = (form["old_key"], form["old_scope"]);
        var problem = await request.Services.Database.WriteAsync(
            session =>
            {
                var old = oldKey.Length > 0 ? session.Variables.Find(place.Owner, oldKey, oldScope) : null;
                // A hidden value never left the server: an empty field keeps it, and it stays hidden.
                if (old is { Hidden: true })
                    typed = typed with { Masked = true, Hidden = true, Value = typed.Value.Length > 0 ? typed.Value : old.Value };
                var taken = session.Variables.Find(place.Owner, typed.Key, typed.EnvironmentScope);
                if (taken is not null && (old is null || taken.Key != old.Key || taken.EnvironmentScope != old.EnvironmentScope))
                    return "taken";
                if (VariableRules.Problems(typed).Select(found => found.Key).FirstOrDefault() is { } wrong)
                    return wrong;
                if (old is not null)
                    session.Variables.Delete(place.Owner, old.Key, old.EnvironmentScope);
                session.Variables.Save(place.Owner, typed);
                return null;
            },
            request.Cancellation);
        if (problem is null)
            request.GoTo(place.Address, "saved");
        else
            await ShowAsync(place, typed, request.Words.VariableProblem(problem));
    }

    private static async Task DeleteAsync(Place place, WebForm form)
    {
        await place.Request.Services.Database.WriteAsync(
            session => session.Variables.Delete(place.Owner, form["old_key"], form["old_scope"]), place.Request.Cancellation);
        place.Request.GoTo(place.Address, "saved");
    }

    private static VariableRow Read(WebForm form) => new()
    {
        Key = form["key"].Trim(),
        Value = form["value"].ReplaceLineEndings("\n"),
        Type = form["type"] == "file" ? "file" : "env_var",
        Protected = form.Has("protected"),
        Masked = form.Has("masked") || form.Has("hidden"),
        Hidden = form.Has("hidden"),
        Raw = form.Has("raw"),
        EnvironmentScope = form["scope"].Trim() is { Length: > 0 } scope ? scope : "*",
        Description = form["description"].Trim(),
    };

    private static async Task ShowAsync(Place place, VariableRow? typed, string? error)
    {
        var request = place.Request;
        var variables = await request.Services.Database.ReadAsync(session => session.Variables.Of(place.Owner), request.Cancellation);
        var view = new VariablesView
        {
            Scope = place.Scope,
            Nav = place.Nav,
            Address = place.Address,
            Help = place.Help,
            Variables = variables,
            Typed = typed is { Hidden: true } ? typed with { Value = "" } : typed,
            Error = error,
        };
        await request.ShowAsync(place.Frame(Slice.Variables(view)), error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    /// <summary>Whose variables, for somebody who may see and change them.</summary>
    private sealed record Place(WebRequest Request, PageScope Scope, long Owner, string Address, SubNavView Nav)
    {
        public required string Help { get; init; }

        public required Func<RazorSlices.RazorSlice, FrameView> Frame { get; init; }

        public static Place Of(ProjectVisit visit)
        {
            visit.Demand(AccessLevel.Maintainer);
            var words = visit.Request.Words;
            return new Place(visit.Request, visit.Scope, visit.Project.Id, WebPath.Variables(visit.Project), SubNavView.Settings(visit.Scope, visit.Project, "variables"))
            {
                Help = words.ProjectVariablesHelp,
                Frame = body => visit.Frame(ProjectTab.Settings, words.Variables, body),
            };
        }

        public static Place Of(WebRequest request)
        {
            var scope = AdminPages.Demand(request);
            return new Place(request, scope, VariableStore.Instance, WebPath.AdminVariables, SubNavView.Admin(scope, "variables"))
            {
                Help = request.Words.InstanceVariablesHelp,
                Frame = body => request.Frame(scope, request.Words.Variables, body),
            };
        }
    }
}
