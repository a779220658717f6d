using Gantry.Coordinator.Access;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Gantry.Pipelines;
using Gantry.Pipelines.Includes;
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
        if (refName.Length == 0)
            refName = visit.Project.DefaultBranch;
        var questions = await AskAsync(visit, await visit.Repository.FindHeadAsync(refName, visit.Cancellation));
        await ShowAsync(
            visit, refName, Rows(questions, [.. given]), [.. questions.Inputs.Select(question => new InputField(question, question.Default))], [], StatusCodes.Status200OK);
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

        var questions = await AskAsync(visit, head);
        var answers = questions.Inputs.Select(question => new InputField(question, form[InputField.NameOf(question)])).ToList();
        PipelineCreation outcome = head is null
            ? new PipelineCreation.Refused(["Reference not found"])
            : await visit.Services.Creator.CreateAsync(Order(visit, head, form.Variables(), answers), visit.Cancellation);
        switch (outcome)
        {
            case PipelineCreation.Created created:
                visit.Request.GoTo(WebPath.Pipeline(visit.Project, created.Pipeline.Id));
                break;
            case PipelineCreation.Refused refused:
                var errors = refused.Problems.Count > 0 ? refused.Problems.Select(problem => problem.ToString()) : refused.Messages;
                await ShowAsync(visit, refName, Rows(questions, form.VariableFields()), answers, [.. errors], StatusCodes.Status422UnprocessableEntity);
                break;
        }
    }

    private static Task<PipelineQuestions> AskAsync(ProjectVisit visit, RefHead? head) =>
        head is null ? Task.FromResult(PipelineQuestions.None) : visit.Services.Creator.AskAsync(Order(visit, head, [], []), visit.Cancellation);

    private static PipelineOrder Order(ProjectVisit visit, RefHead head, IReadOnlyList<VariableRow> variables, IReadOnlyList<InputField> inputs) => new()
    {
        Project = visit.Project,
        Head = head,
        User = visit.Request.User,
        Source = PipelineSources.Web,
        Variables = variables,
        Inputs = inputs.Where(input => input.IsGiven).ToDictionary(input => input.Question.Name, InputValue (input) => new InputValue.Text(input.Value), StringComparer.Ordinal),
    };

    // Described variables come first; what was given for one of them is its value.
    private static List<VariableField> Rows(PipelineQuestions questions, IReadOnlyList<VariableField> given) =>
    [
        .. questions.Variables.Select(question =>
            (given.FirstOrDefault(field => field.Key == question.Key) ?? new VariableField { Key = question.Key, Value = question.Value })
                with { Description = question.Description, Options = question.Options }),
        .. given.Where(field => questions.Variables.All(question => question.Key != field.Key)),
    ];

    private static async Task ShowAsync(
        ProjectVisit visit, string refName, IReadOnlyList<VariableField> variables, IReadOnlyList<InputField> inputs, IReadOnlyList<string> errors, int status)
    {
        var heads = await visit.Repository.HeadsAsync(visit.Cancellation);
        var view = new NewPipelineView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Heads = [.. heads.OrderBy(head => head.IsTag).ThenByDescending(head => head.Name == visit.Project.DefaultBranch).ThenBy(head => head.Name, NaturalOrder.Instance)],
            Ref = refName,
            Variables = variables,
            Inputs = inputs,
            Errors = errors,
        };
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Pipelines, visit.Request.Words.NewPipeline, Slice.NewPipeline(view)), status);
    }

    private static string? Inside(string key, string before) =>
        key.StartsWith(before, StringComparison.Ordinal) && key.EndsWith(']') ? key[before.Length..^1] : null;
}
