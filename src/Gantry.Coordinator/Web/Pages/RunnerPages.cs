using System.Globalization;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The runners of a project: Settings → CI/CD, the form that makes one, and a runner's page.</summary>
internal static class RunnerPages
{
    private const int ShownJobs = 30;
    private const int RefreshSeconds = 5;

    public static async Task SettingsAsync(ProjectVisit visit)
    {
        visit.Demand(AccessLevel.Maintainer);
        var view = await visit.ReadAsync(session => new RunnersView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            ServerUrl = visit.Services.Address.Url,
            ProjectRunners = [.. session.Runners.OfProject(visit.Project.Id).Select(runner => Item(session, visit, runner))],
            InstanceRunners = [.. session.Runners.OfInstance().Select(runner => Item(session, visit, runner))],
        });
        await visit.Request.ShowAsync(
            visit.Frame(ProjectTab.Settings, visit.Request.Words.RunnerSettings, Slice.Runners(view)) with { RefreshSeconds = RefreshSeconds });
    }

    public static async Task ShowAsync(ProjectVisit visit, long id)
    {
        visit.Demand(AccessLevel.Maintainer);
        var view = await visit.ReadAsync(session =>
        {
            var runner = session.Runners.Find(id) ?? throw ApiException.NotFound("Runner");
            if (!runner.IsInstance && !session.Runners.ProjectIds(id).Contains(visit.Project.Id))
                throw ApiException.NotFound("Runner");
            var jobs = session.Jobs.List(new JobFilter { RunnerId = id, ProjectId = visit.Project.Id }, new Page(1, ShownJobs));
            return new RunnerView
            {
                Item = Item(session, visit, runner),
                Project = visit.Project,
                Jobs = [.. jobs.Items.Select(job => (job, visit.Project))],
                Projects = [],
            };
        });
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Settings, $"{visit.Request.Words.Runner} #{id.ToString(CultureInfo.InvariantCulture)}", Slice.RunnerPage(view))
            with
        { RefreshSeconds = RefreshSeconds });
    }

    public static async Task FormAsync(ProjectVisit visit)
    {
        visit.Demand(AccessLevel.Maintainer);
        await ShowFormAsync(visit, new NewRunnerView { Scope = visit.Scope, Project = visit.Project }, StatusCodes.Status200OK);
    }

    public static async Task CreateAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        var typed = new NewRunnerView
        {
            Scope = visit.Scope,
            Project = visit.Project,
            Tags = form["tags"],
            Description = form["description"].Trim(),
            Timeout = form["timeout"],
            Untagged = form.Has("untagged"),
            Protected = form.Has("protected"),
            Locked = form.Has("locked"),
            Paused = form.Has("paused"),
        };
        var draft = Draft(visit, typed);
        var errors = draft.Problems().Select(problem => Explain(visit, problem)).ToList();
        if (errors.Count > 0)
        {
            await ShowFormAsync(visit, typed with { Errors = errors }, StatusCodes.Status422UnprocessableEntity);
            return;
        }

        var (runner, token) = await visit.Services.Database.WriteAsync(session => draft.Save(session, visit.Request.Now), visit.Cancellation);
        var register = new RegisterView(visit.Scope, "register", visit.Services.Address.Url, token, IsRunnerToken: true);
        await visit.Request.ShowAsync(
            visit.Frame(ProjectTab.Settings, visit.Request.Words.RunnerCreated, Slice.RunnerCreated(new(visit.Scope, visit.Project, runner, register))), StatusCodes.Status201Created);
    }

    /// <summary>A legacy registration token in place of the old one.</summary>
    public static async Task ResetTokenAsync(ProjectVisit visit)
    {
        visit.Demand(AccessLevel.Maintainer);
        await visit.Services.Database.WriteAsync(session => session.Projects.SetRunnersToken(visit.Project.Id, RunnerTokens.CreateRegistration()), visit.Cancellation);
        visit.Request.GoTo(WebPath.Settings(visit.Project), "token");
    }

    public static async Task UseInstanceRunnersAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        await ChangeAsync(visit, project => project with { InstanceRunnersEnabled = form.Has("enabled") });
        visit.Services.Queue.Forget();
        visit.Services.Signal.Raise();
        visit.Request.GoTo(WebPath.Settings(visit.Project));
    }

    /// <summary>Jobs from now on look for their caches under another name.</summary>
    public static async Task ClearCachesAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        await ChangeAsync(visit, project => project with { CacheIndex = project.CacheIndex + 1 });
        visit.Request.GoTo(form.Return(WebPath.Pipelines(visit.Project)), "caches");
    }

    public static async Task ChangeRunnerAsync(ProjectVisit visit, long id, string action, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        var owns = await visit.ReadAsync(session => session.Runners.Find(id) is { IsInstance: false } && session.Runners.ProjectIds(id).Contains(visit.Project.Id));
        if (!owns)
            throw ApiException.NotFound("Runner");
        var notice = await RunnerChanges.ApplyAsync(visit.Services, id, action, visit.Cancellation);
        var back = form.Return(WebPath.Settings(visit.Project));
        visit.Request.GoTo(action == "remove" ? WebPath.Settings(visit.Project) : back, notice);
    }

    private static Task ChangeAsync(ProjectVisit visit, Func<ProjectRow, ProjectRow> change) => visit.Services.Database.WriteAsync(
        session =>
        {
            if (session.Projects.Find(visit.Project.Id) is { } project)
                session.Projects.Update(change(project));
        },
        visit.Cancellation);

    // Instance runners are shown here and changed under admin.
    private static RunnerItem Item(StoreSession session, ProjectVisit visit, RunnerRow runner) => new()
    {
        Scope = visit.Scope,
        Runner = runner,
        Machines = session.Managers.OfRunner(runner.Id),
        Running = session.Jobs.RunningOnRunner(runner.Id),
        Address = WebPath.Runner(visit.Project, runner.Id),
        Actions = runner.IsInstance ? null : WebPath.Of(visit.Project) + "/-/runners",
    };

    private static RunnerDraft Draft(ProjectVisit visit, NewRunnerView typed) => new()
    {
        ProjectId = visit.Project.Id,
        Description = typed.Description,
        TagList = typed.Tags.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        RunUntagged = typed.Untagged,
        Locked = typed.Locked,
        Paused = typed.Paused,
        AccessLevel = typed.Protected ? "ref_protected" : "not_protected",
        MaximumTimeout = typed.Timeout.Length == 0 ? null : int.TryParse(typed.Timeout, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0,
        CreatorId = visit.Request.User.Id,
    };

    private static string Explain(ProjectVisit visit, KeyValuePair<string, string> problem) => problem.Key switch
    {
        "tags_list" when problem.Value.Contains("untagged", StringComparison.Ordinal) => visit.Request.Words.TagsOrUntagged,
        "maximum_timeout" => visit.Request.Words.TimeoutTooShort,
        _ => problem.Value,
    };

    private static Task ShowFormAsync(ProjectVisit visit, NewRunnerView view, int status) =>
        visit.Request.ShowAsync(visit.Frame(ProjectTab.Settings, visit.Request.Words.CreateRunner, Slice.NewRunner(view)), status);
}
