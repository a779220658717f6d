using System.Text;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>Writing to repositories without git: single files, and commits of several.</summary>
internal sealed class FileEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("POST", "projects/{id}/repository/files/{path}", request => ChangeAsync(request, "create"));
        routes.Map("PUT", "projects/{id}/repository/files/{path}", request => ChangeAsync(request, "update"));
        routes.Map("DELETE", "projects/{id}/repository/files/{path}", request => ChangeAsync(request, "delete"));
        routes.Map("POST", "projects/{id}/repository/commits", CommitAsync);
    }

    private async Task ChangeAsync(ApiRequest request, string action)
    {
        var values = request.Values;
        var (branch, message, path) = (values.Required("branch"), values.Required("commit_message"), request.Route("path"));
        var content = action == "delete" ? null : Content(values, "content") ?? throw ApiException.BadParameter("content is missing");
        await MakeAsync(request, branch, message, [new FileChange(action, path) { Content = content, Executable = values.Flag("execute_filemode") }]);
        if (action == "delete")
        {
            request.NoContent();
        }
        else
        {
            await request.WriteAsync(
                action == "create" ? StatusCodes.Status201Created : StatusCodes.Status200OK, new ChangedFileView(path, branch), RestJson.Default.ChangedFileView);
        }
    }

    private async Task CommitAsync(ApiRequest request)
    {
        var values = request.Values;
        var (branch, message) = (values.Required("branch"), values.Required("commit_message"));
        var actions = values.List("actions");
        if (actions.Count == 0)
        {
            throw ApiException.BadParameter("actions is missing");
        }

        var (project, change) = await MakeAsync(request, branch, message, [.. actions.Select(Change)]);
        var commit = await services.Repository(project.Id).CommitAsync(change.After!, request.Cancellation) ?? throw ApiException.NotFound("Commit");
        await request.WriteAsync(StatusCodes.Status201Created, CommitView.Of(commit, project, services.Address), RestJson.Default.CommitView);
    }

    private async Task<(ProjectRow Project, RefChange Change)> MakeAsync(ApiRequest request, string branch, string message, IReadOnlyList<FileChange> changes)
    {
        var values = request.Values;
        var user = request.Person;
        var project = await services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.Developer), request.Cancellation);
        var order = new CommitOrder
        {
            Branch = branch,
            Start = values.Text("start_sha") ?? values.Text("start_branch"),
            Message = message,
            AuthorName = values.Text("author_name") ?? user.Name,
            AuthorEmail = values.Text("author_email") ?? user.Email,
            Changes = changes,
        };
        return await services.Committing.CommitAsync(project, user, order, request.Cancellation) switch
        {
            CommitOutcome.Made made => (project, made.Change),
            CommitOutcome.Refused refused => throw new ApiException(StatusCodes.Status400BadRequest, refused.Message),
            var other => throw new InvalidOperationException($"unknown outcome {other}"),
        };
    }

    private static FileChange Change(RequestValues item)
    {
        var action = item.Required("action");
        return new FileChange(action, item.Required("file_path"))
        {
            PreviousPath = item.Text("previous_path"),
            Content = Content(item, "content") ?? (action is "create" or "update" ? [] : null),
            Executable = item.Flag("execute_filemode"),
        };
    }

    private static byte[]? Content(RequestValues values, string name)
    {
        if (values.Text(name) is not { } text)
        {
            return null;
        }

        if (values.Text("encoding") != "base64")
        {
            return Encoding.UTF8.GetBytes(text);
        }

        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw ApiException.BadParameter($"{name} is not valid base64");
        }
    }
}
