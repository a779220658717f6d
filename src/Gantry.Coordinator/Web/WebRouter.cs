using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Web.Live;
using Gantry.Coordinator.Web.Pages;
using Gantry.Coordinator.Web.Sessions;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web;

/// <summary>
/// From a path to its page. Project paths have any number of parts, and <c>/-/</c> divides them from the page: not a shape
/// that route patterns know, so it is a list of patterns here.
/// </summary>
internal sealed class WebRouter(WebRoom room)
{
    // Forms carry little; the largest is a configuration to check.
    private const long LargestForm = 2 * 1024 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        Protect(http.Response.Headers);
        var path = http.Request.Path.Value ?? "/";
        if (path.StartsWith("/-/assets/", StringComparison.Ordinal) && path.Split('/') is [_, _, _, var version, var file] && IsRead(http))
        {
            await room.Assets.ServeAsync(http, version, file);
            return;
        }

        var request = new WebRequest(room, http, await room.Door.OpenAsync(http));
        try
        {
            if (IsRead(http))
                await ReadAsync(request, path);
            else if (HttpMethods.IsPost(http.Request.Method))
                await PostAsync(request, path);
            else
                throw ApiException.NotFound();
        }
        catch (ApiException error) when (!http.Response.HasStarted)
        {
            await RefuseAsync(request, error);
        }
    }

    // HTTP/2 opens a WebSocket by CONNECT.
    private static bool IsRead(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || http.WebSockets.IsWebSocketRequest;

    private static async Task ReadAsync(WebRequest request, string path)
    {
        switch (Split(path))
        {
            case ([], null):
                await ProjectPages.ListAsync(request);
                break;
            case (["users", "sign_in"], null):
                await DoorPages.FormAsync(request);
                break;
            case (["projects", "new"], null):
                await NewProjectPages.FormAsync(request);
                break;
            case (["users", "password", "edit"], null):
                await PasswordPages.LinkFormAsync(request);
                break;
            case ([], ["user_settings", "personal_access_tokens"]):
                await TokenPages.TokensAsync(request);
                break;
            case ([], ["user_settings", "password", "edit"]):
                await PasswordPages.FormAsync(request);
                break;
            case (["admin", .. var page], null):
                await ReadAdminAsync(request, page);
                break;
            case ({ Length: >= 2 } project, var page):
                await ReadAsync(await VisitAsync(request, project), page ?? []);
                break;
            default:
                throw ApiException.NotFound();
        }
    }

    private static Task ReadAdminAsync(WebRequest request, string[] page) => page switch
    {
        ["runners"] => AdminPages.RunnersAsync(request),
        ["runners", var id] => AdminPages.RunnerAsync(request, Number(id)),
        ["jobs"] => AdminStatusPages.JobsAsync(request),
        ["health_check"] => AdminStatusPages.HealthAsync(request),
        ["users"] => UserPages.ListAsync(request),
        ["ci", "variables"] => VariablePages.ListAsync(request),
        _ => throw ApiException.NotFound(),
    };

    private static Task ReadAsync(ProjectVisit visit, string[] page) => page switch
    {
        [] => ProjectPages.HomeAsync(visit),
        ["tree", .. var parts] => FilePages.TreeAsync(visit, parts),
        ["blob", .. var parts] => FilePages.BlobAsync(visit, parts),
        ["raw", .. var parts] => FilePages.RawAsync(visit, parts),
        ["commits", .. var parts] => CommitPages.ListAsync(visit, parts),
        ["commit", var sha] => CommitPages.ShowAsync(visit, sha),
        ["branches"] or ["tags"] => CommitPages.BranchesAsync(visit),
        ["pipelines"] => PipelinePages.ListAsync(visit),
        ["pipelines", "new"] => NewPipelinePages.FormAsync(visit),
        ["pipelines", "latest"] => PipelinePages.LatestAsync(visit, null),
        ["pipelines", .. var branch, "latest"] => PipelinePages.LatestAsync(visit, string.Join('/', branch)),
        ["pipelines", var id] => PipelinePages.ShowAsync(visit, Number(id), PipelineTab.Graph),
        ["pipelines", var id, "builds"] => PipelinePages.ShowAsync(visit, Number(id), PipelineTab.Jobs),
        ["pipelines", var id, "failures"] => PipelinePages.ShowAsync(visit, Number(id), PipelineTab.Failures),
        ["pipelines", var id, "timing"] => PipelinePages.ShowAsync(visit, Number(id), PipelineTab.Timing),
        ["pipelines", var id, "test_report"] => PipelinePages.ShowAsync(visit, Number(id), PipelineTab.Tests),
        ["pipelines", var id, "dag"] => PipelinePages.ShowAsync(visit, Number(id), PipelineTab.Needs),
        ["pipeline_schedules"] => SchedulePages.ListAsync(visit),
        ["pipeline_schedules", "new"] => SchedulePages.NewAsync(visit),
        ["pipeline_schedules", var id, "edit"] => SchedulePages.EditAsync(visit, Number(id)),
        ["environments"] => EnvironmentPages.ListAsync(visit),
        ["project_members"] => MemberPages.ListAsync(visit),
        ["jobs", var id, "artifacts", "browse", .. var path] => ArtifactPages.BrowseAsync(visit, Number(id), path),
        ["jobs", var id, "artifacts", "raw" or "file", .. var path] => ArtifactPages.FileAsync(visit, Number(id), path),
        ["jobs"] => JobPages.ListAsync(visit),
        ["jobs", var id] => JobPages.ShowAsync(visit, Number(id)),
        ["jobs", var id, "raw"] => JobPages.RawAsync(visit, Number(id)),
        ["jobs", var id, "log"] => JobPages.LogAsync(visit, Number(id)),
        ["jobs", var id, "trace.json"] => JobPages.TraceJsonAsync(visit, Number(id)),
        ["jobs", var id, "artifacts", "download"] => JobPages.DownloadAsync(visit, Number(id)),
        ["jobs", var id, "terminal"] => TerminalPages.ShowAsync(visit, Number(id)),
        ["jobs", var id, "terminal.ws"] => TerminalPages.ConnectAsync(visit, Number(id)),
        ["live"] => LiveAsync(visit),
        ["settings", "ci_cd"] => RunnerPages.SettingsAsync(visit),
        ["settings", "general"] => SettingsPages.FormAsync(visit),
        ["settings", "variables"] => VariablePages.ListAsync(visit),
        ["settings", "triggers"] => TokenPages.TriggersAsync(visit),
        ["runners", "new"] => RunnerPages.FormAsync(visit),
        ["runners", var id] => RunnerPages.ShowAsync(visit, Number(id)),
        ["ci", "lint" or "editor"] => LintPages.FormAsync(visit),
        _ => throw ApiException.NotFound(),
    };

    private async Task PostAsync(WebRequest request, string path)
    {
        var form = await FormAsync(request);
        switch (Split(path))
        {
            case (["users", "sign_in"], null):
                await DoorPages.SignInAsync(request, room, form);
                break;
            case (["users", "sign_out"], null):
                DoorPages.SignOut(request, room);
                break;
            case ([], ["preferences"]):
                DoorPages.Prefer(request, form);
                break;
            case (["projects", "new"], null):
                await NewProjectPages.CreateAsync(request, form);
                break;
            case (["users", "password", "edit"], null):
                await PasswordPages.RedeemAsync(request, room, form);
                break;
            case ([], ["user_settings", "password", "edit"]):
                await PasswordPages.ChangeAsync(request, room, form);
                break;
            case ([], ["user_settings", "personal_access_tokens"]):
                await TokenPages.AddTokenAsync(request, form);
                break;
            case ([], ["user_settings", "personal_access_tokens", var id, "revoke"]):
                await TokenPages.RevokeTokenAsync(request, Number(id));
                break;
            case (["admin", .. var page], null):
                await PostAdminAsync(request, page, form);
                break;
            case ({ Length: >= 2 } project, { } page):
                await PostAsync(await VisitAsync(request, project), page, form);
                break;
            default:
                throw ApiException.NotFound();
        }
    }

    private static Task PostAdminAsync(WebRequest request, string[] page, WebForm form) => page switch
    {
        ["runners", var id, ("pause" or "resume" or "remove") and var action] => AdminPages.ChangeRunnerAsync(request, Number(id), action),
        ["users"] => UserPages.AddAsync(request, form),
        ["users", var id, "link"] => UserPages.LinkAsync(request, Number(id)),
        ["users", var id, ("block" or "unblock") and var action] => UserPages.BlockAsync(request, Number(id), action == "block"),
        ["ci", "variables"] => VariablePages.SaveAsync(request, form),
        ["ci", "variables", "delete"] => VariablePages.DeleteAsync(request, form),
        _ => throw ApiException.NotFound(),
    };

    private static Task PostAsync(ProjectVisit visit, string[] page, WebForm form) => page switch
    {
        ["pipelines"] => NewPipelinePages.CreateAsync(visit, form),
        ["pipelines", var id, "retry"] => PipelinePages.RetryAsync(visit, Number(id), form),
        ["pipelines", var id, "cancel"] => PipelinePages.CancelAsync(visit, Number(id), form),
        ["pipelines", var id, "stages", .. var stage, "play_manual"] => PipelinePages.PlayStageAsync(visit, Number(id), string.Join('/', stage), form),
        ["jobs", var id, "retry"] => JobActionPages.RetryAsync(visit, Number(id), form),
        ["jobs", var id, "cancel"] => JobActionPages.CancelAsync(visit, Number(id), form),
        ["jobs", var id, "play"] => JobActionPages.PlayAsync(visit, Number(id), form),
        ["jobs", var id, "unschedule"] => JobActionPages.UnscheduleAsync(visit, Number(id), form),
        ["jobs", var id, "erase"] => JobActionPages.EraseAsync(visit, Number(id), form),
        ["jobs", var id, "artifacts", "keep"] => JobActionPages.KeepArtifactsAsync(visit, Number(id), form),
        ["settings", "general"] => SettingsPages.SaveAsync(visit, form),
        ["settings", "general", "protect"] => SettingsPages.ProtectAsync(visit, form),
        ["settings", "general", "unprotect"] => SettingsPages.UnprotectAsync(visit, form),
        ["settings", "variables"] => VariablePages.SaveAsync(visit, form),
        ["settings", "variables", "delete"] => VariablePages.DeleteAsync(visit, form),
        ["settings", "triggers"] => TokenPages.AddTriggerAsync(visit, form),
        ["settings", "triggers", var id, "revoke"] => TokenPages.RevokeTriggerAsync(visit, Number(id)),
        ["project_members"] => MemberPages.SaveAsync(visit, form),
        ["project_members", var id, "remove"] => MemberPages.RemoveAsync(visit, Number(id)),
        ["pipeline_schedules"] => SchedulePages.SaveAsync(visit, null, form),
        ["pipeline_schedules", var id] => SchedulePages.SaveAsync(visit, Number(id), form),
        ["pipeline_schedules", var id, "play"] => SchedulePages.PlayAsync(visit, Number(id)),
        ["pipeline_schedules", var id, "take_ownership"] => SchedulePages.TakeAsync(visit, Number(id)),
        ["pipeline_schedules", var id, "delete"] => SchedulePages.DeleteAsync(visit, Number(id)),
        ["settings", "ci_cd", "reset_registration_token"] => RunnerPages.ResetTokenAsync(visit),
        ["settings", "ci_cd", "instance_runners"] => RunnerPages.UseInstanceRunnersAsync(visit, form),
        ["settings", "ci_cd", "reset_cache"] => RunnerPages.ClearCachesAsync(visit, form),
        ["runners"] => RunnerPages.CreateAsync(visit, form),
        ["runners", var id, ("pause" or "resume" or "remove") and var action] => RunnerPages.ChangeRunnerAsync(visit, Number(id), action, form),
        ["ci", "lint"] => LintPages.CheckAsync(visit, form),
        ["ci", "editor"] => EditorPages.CommitAsync(visit, form),
        _ => throw ApiException.NotFound(),
    };

    private static async Task<ProjectVisit> VisitAsync(WebRequest request, string[] project) =>
        await ProjectVisit.OpenAsync(request, string.Join('/', project)) ?? throw ApiException.NotFound("Project");

    private static Task LiveAsync(ProjectVisit visit)
    {
        _ = long.TryParse(visit.Request.Query("pipeline"), NumberStyles.None, CultureInfo.InvariantCulture, out var pipeline);
        return visit.Request.StreamAsync(end => PageStream.FollowAsync(
            visit.Services.Changes,
            change => change.ProjectId == visit.Project.Id && (pipeline == 0 || change.PipelineId == pipeline),
            visit.Services.Clock,
            end));
    }

    private static async Task<WebForm> FormAsync(WebRequest request)
    {
        var http = request.Http;
        if (!FormGuard.IsOwnSite(http.Request) || !http.Request.HasFormContentType)
            throw new ApiException(StatusCodes.Status422UnprocessableEntity, request.Words.StaleForm);
        BodyLimit.Set(http, LargestForm);
        var form = await http.Request.ReadFormAsync(request.Cancellation);
        return request.Owns(form) ? new WebForm(form) : throw new ApiException(StatusCodes.Status422UnprocessableEntity, request.Words.StaleForm);
    }

    private static Task RefuseAsync(WebRequest request, ApiException error)
    {
        var words = request.Words;
        if (error.Status is StatusCodes.Status401Unauthorized or StatusCodes.Status404NotFound && request.Caller is Access.Caller.Anonymous && IsRead(request.Http))
        {
            // Whether a page exists is not told to strangers: they are asked to sign in first.
            request.GoTo($"{WebPath.SignIn}?return={Uri.EscapeDataString(request.Http.Request.Path + request.Http.Request.QueryString)}");
            return Task.CompletedTask;
        }

        return error.Status switch
        {
            StatusCodes.Status404NotFound => request.SayAsync(error.Status, words.NotFoundTitle, words.NotFound),
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => request.SayAsync(error.Status, words.ForbiddenTitle, words.Forbidden),
            _ => request.SayAsync(error.Status, words.RefusedTitle, error.Message),
        };
    }

    // The parts before and behind the first `-` of its own; null when there is none.
    private static (string[] Before, string[]? Behind) Split(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var dash = Array.IndexOf(parts, "-");
        return dash < 0 ? (parts, null) : (parts[..dash], parts[(dash + 1)..]);
    }

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.NotFound();

    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentPolicy.Strict;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
