using System.Globalization;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>General settings of a project, and its protected branches and tags.</summary>
internal static class SettingsPages
{
    private static readonly string[] RefKinds = ["branch", "tag"];

    private const int ShortestTimeout = 10;
    private const int LongestTimeout = 43_200;
    private const int DeepestHistory = 1000;

    public static Task FormAsync(ProjectVisit visit) => ShowAsync(visit, visit.Project, invalid: false);

    public static async Task SaveAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        var typed = visit.Project with
        {
            Name = form["name"].Trim(),
            Description = form["description"].Trim(),
            Visibility = form["visibility"] is ("private" or "internal" or "public") and var visibility ? visibility : visit.Project.Visibility,
            DefaultBranch = form["default_branch"].Trim(),
            CiConfigPath = form["ci_config_path"].Trim() is { Length: > 0 } path ? path : ".gitlab-ci.yml",
            GitStrategy = form["git_strategy"] == "clone" ? "clone" : "fetch",
            GitDepth = Number(form["git_depth"]),
            JobTimeout = Number(form["timeout"]) is > 0 and <= LongestTimeout and var minutes ? minutes * 60 : 0,
            AutoCancel = form.Has("auto_cancel"),
            SeparateCaches = form.Has("separate_caches"),
        };
        var bad = typed.Name.Length == 0 || typed.DefaultBranch.Length == 0 || typed.GitDepth is < 0 or > DeepestHistory || typed.JobTimeout < ShortestTimeout * 60;
        if (bad)
        {
            await ShowAsync(visit, typed, invalid: true);
            return;
        }

        await visit.Services.Database.WriteAsync(session => session.Projects.Update(typed), visit.Cancellation);
        if (typed.DefaultBranch != visit.Project.DefaultBranch)
            await visit.Services.Repositories.SetDefaultBranchAsync(typed.Id, typed.DefaultBranch, visit.Cancellation);
        visit.Services.Queue.Forget();
        visit.Services.Signal.Raise();
        visit.Request.GoTo(WebPath.General(visit.Project), "saved");
    }

    public static async Task ProtectAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        var pattern = form["pattern"].Trim();
        if (pattern.Length is > 0 and < 256)
        {
            await visit.Services.Database.WriteAsync(session => session.Projects.Protect(visit.Project.Id, Kind(form), pattern, AccessLevel.Maintainer), visit.Cancellation);
        }

        visit.Request.GoTo(WebPath.General(visit.Project));
    }

    public static async Task UnprotectAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        await visit.Services.Database.WriteAsync(session => session.Projects.Unprotect(visit.Project.Id, Kind(form), form["pattern"]), visit.Cancellation);
        visit.Request.GoTo(WebPath.General(visit.Project));
    }

    private static string Kind(WebForm form) => form["kind"] == "tag" ? "tag" : "branch";

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static async Task ShowAsync(ProjectVisit visit, ProjectRow typed, bool invalid)
    {
        visit.Demand(AccessLevel.Maintainer);
        var patterns = await visit.ReadAsync(session => RefKinds
            .SelectMany(kind => session.Projects.Protected(visit.Project.Id, kind == "tag").Select(row => (kind, row.Pattern))).ToList());
        var view = new GeneralView(visit.Scope, visit.Project, typed, patterns, invalid);
        await visit.Request.ShowAsync(
            visit.Frame(ProjectTab.Settings, visit.Request.Words.General, Slice.General(view)),
            invalid ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }
}
