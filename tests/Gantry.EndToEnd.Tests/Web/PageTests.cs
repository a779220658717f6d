namespace Gantry.EndToEnd.Tests.Web;

/// <summary>Every page in a real browser, in both languages, light and dark, on a desk and on a phone. Pictures stay in TestResults/screens.</summary>
[Collection(WebCollection.Name)]
public sealed class PageTests(WebHouse house)
{
    /// <summary>Name and address; <c>{p}</c> is the project, <c>{pipeline}</c> and <c>{job:NAME}</c> stand for ids.</summary>
    public static TheoryData<string, string> Pages { get; } = new()
    {
        { "projects", "/" },
        { "project-new", "/projects/new" },
        { "project", "{p}" },
        { "folder", "{p}/-/tree/main/src" },
        { "file", "{p}/-/blob/main/src/kettle.py" },
        { "file-markdown", "{p}/-/blob/main/README.md" },
        { "commits", "{p}/-/commits" },
        { "commit", "{p}/-/commit/main" },
        { "branches", "{p}/-/branches" },
        { "pipelines", "{p}/-/pipelines" },
        { "pipeline-new", "{p}/-/pipelines/new" },
        { "pipeline", "{p}/-/pipelines/{pipeline}" },
        { "pipeline-jobs", "{p}/-/pipelines/{pipeline}/builds" },
        { "pipeline-failures", "{p}/-/pipelines/{pipeline}/failures" },
        { "pipeline-needs", "{p}/-/pipelines/{pipeline}/dag" },
        { "pipeline-tests", "{p}/-/pipelines/{pipeline}/test_report" },
        { "pipeline-timing", "{p}/-/pipelines/{pipeline}/timing" },
        { "artifacts", "{p}/-/jobs/{job:compile}/artifacts/browse/dist" },
        { "schedules", "{p}/-/pipeline_schedules" },
        { "schedule-new", "{p}/-/pipeline_schedules/new" },
        { "environments", "{p}/-/environments" },
        { "jobs", "{p}/-/jobs" },
        { "job-passed", "{p}/-/jobs/{job:compile}" },
        { "job-failed", "{p}/-/jobs/{job:integration}" },
        { "job-pending", "{p}/-/jobs/{job:render}" },
        { "job-manual", "{p}/-/jobs/{job:staging}" },
        { "job-delayed", "{p}/-/jobs/{job:cool down}" },
        { "editor", "{p}/-/ci/editor" },
        { "settings-general", "{p}/-/settings/general" },
        { "settings-variables", "{p}/-/settings/variables" },
        { "settings-triggers", "{p}/-/settings/triggers" },
        { "settings-members", "{p}/-/project_members" },
        { "settings-runners", "{p}/-/settings/ci_cd" },
        { "runner-new", "{p}/-/runners/new" },
        { "admin-runners", "/admin/runners" },
        { "admin-runner", "/admin/runners/1" },
        { "admin-jobs", "/admin/jobs" },
        { "admin-users", "/admin/users" },
        { "admin-variables", "/admin/ci/variables" },
        { "admin-health", "/admin/health_check" },
        { "tokens", "/-/user_settings/personal_access_tokens" },
        { "password", "/-/user_settings/password/edit" },
    };

    [Theory(Timeout = 240_000)]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_whole_for_everybody(string name, string path)
    {
        foreach (var look in Look.All)
        {
            var visit = await house.ReaderAsync(look);
            await visit.GoAsync(Address(path));
            await visit.SettleAsync();
            await visit.KeepScreenAsync($"{name}.{look.Name}");

            Assert.Equal(1, await visit.Page.Locator("h1").CountAsync());
            Assert.Empty(await visit.NamelessControlsAsync());
            Assert.True(await visit.FitsAsync(), $"{name} is wider than the screen ({look.Name})");
            Assert.Empty(visit.TakeProblems());
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_door_is_whole_for_everybody()
    {
        foreach (var look in Look.All)
        {
            await using var visit = await house.Browser.OpenAsync(house.Server.Address, look);
            await visit.GoAsync("/users/sign_in");
            await visit.KeepScreenAsync($"sign-in.{look.Name}");

            Assert.True(await visit.FitsAsync());
            Assert.Empty(visit.Problems);
        }
    }

    private string Address(string path)
    {
        var address = path.Replace("{p}", "/" + WebHouse.Project, StringComparison.Ordinal)
            .Replace("{pipeline}", house.Pipeline.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        foreach (var (name, id) in house.Jobs)
            address = address.Replace("{job:" + name + "}", id.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return address;
    }
}
