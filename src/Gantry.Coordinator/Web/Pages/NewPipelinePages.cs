using Gantry.Coordinator.Access;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Gantry.Pipelines.Variables;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The form that runs a pipeline; <c>?ref=x&amp;var[K]=v&amp;file_var[K]=v</c> fill it in.</summary>
internal static class NewPipelinePages
{
    public static async Task FormAsync(ProjectVisit visit)
    {
        visit.Demand(AccessLevel.Developer);
        var query = visit.Request.Http.Request.Query;
        var given = query
            .Select(pair => (Key: Inside(pair.Key, "var[") ?? Inside(pair.Key, "file_var["), Value: pair.Value.ToString(), File: pair.Key.StartsWith("file_", StringComparison.Ordinal)))
            .Where(pair => pair.Key is not null)
            .Select(pair => new VariableField { Key = pair.Key!, Value = pair.Value, Type = pair.File ? "file" : "env_var" });
        var refName = visit.Request.Query("ref");
        await ShowAsync(visit, refName.Length > 0 ? refName : visit.Project.DefaultBranch, [.. given], [], StatusCodes.Status200OK);
    }

    public static async Task CreateAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        var refName = form["ref"];
        var head = await visit.Repository.FindHeadAsync(refName, visit.Cancellation);
        var allowed = head is not null && await visit.ReadAsync(
            session => Permissions.MayPushTo(session, visit.Request.Caller, visit.Project, head.Name, head.IsTag));
        if (head is not null && !allowed)
            throw ApiException.Forbidden();

        PipelineCreation outcome = head is null
            ? new PipelineCreation.Refused(["Reference not found"])
            : await visit.Services.Creator.CreateAsync(Order(visit, head, form), visit.Cancellation);
        switch (outcome)
        {
            case PipelineCreation.Created created:
                visit.Request.GoTo(WebPath.Pipeline(visit.Project, created.Pipeline.Id));
                break;
            case PipelineCreation.Refused refused:
                var errors = refused.Problems.Count > 0 ? refused.Problems.Select(problem => problem.ToString()) : refused.Messages;
                await ShowAsync(visit, refName, form.VariableFields(), [.. errors], StatusCodes.Status422UnprocessableEntity);
                break;
        }
    }

    private static PipelineOrder Order(ProjectVisit visit, RefHead head, WebForm form) => new()
    {
        Project = visit.Project,
        Head = head,
        User = visit.Request.User,
        Source = PipelineSources.Web,
        Variables = form.Variables(),
    };

    private static async Task ShowAsync(ProjectVisit visit, string refName, IReadOnlyList<VariableField> variables, IReadOnlyList<string> errors, int status)
    {
        var heads = await visit.Repository.HeadsAsync(visit.Cancellation);
        var view = new NewPipelineView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Heads = [.. heads.OrderBy(head => head.IsTag).ThenByDescending(head => head.Name == visit.Project.DefaultBranch).ThenBy(head => head.Name, NaturalOrder.Instance)],
            Ref = refName,
            Variables = variables,
            Errors = errors,
        };
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Pipelines, visit.Request.Words.NewPipeline, Slice.NewPipeline(view)), status);
    }

    private static string? Inside(string key, string before) =>
        key.StartsWith(before, StringComparison.Ordinal) && key.EndsWith(']') ? key[before.Length..^1] : null;
}
