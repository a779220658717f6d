using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The form that makes a project.</summary>
internal static class NewProjectPages
{
    public static Task FormAsync(WebRequest request)
    {
        var user = request.User;
        return ShowAsync(request, new NewProjectView { Scope = request.Scope(AccessLevel.None), Path = $"{user.Username}/" }, StatusCodes.Status200OK);
    }

    public static async Task CreateAsync(WebRequest request, WebForm form)
    {
        var user = request.User;
        var typed = new NewProjectView
        {
            Scope = request.Scope(AccessLevel.None),
            Path = form["path"].Trim().Trim('/'),
            Description = form["description"].Trim(),
            Visibility = form["visibility"],
        };
        var draft = new ProjectDraft { FullPath = typed.Path, Description = typed.Description, Visibility = typed.Visibility };
        if (draft.Problems().Any())
        {
            await ShowAsync(request, typed with { Error = request.Words.ProjectPathHelp }, StatusCodes.Status422UnprocessableEntity);
            return;
        }

        var project = await draft.SaveAsync(request.Services.Database, request.Services.Repositories, user, request.Services.Clock, request.Cancellation);
        if (project is null)
            await ShowAsync(request, typed with { Error = request.Words.ProjectTaken }, StatusCodes.Status422UnprocessableEntity);
        else
            request.GoTo(WebPath.Of(project));
    }

    private static Task ShowAsync(WebRequest request, NewProjectView view, int status) =>
        request.ShowAsync(request.Frame(view.Scope, request.Words.NewProject, Slice.NewProject(view)), status);
}
