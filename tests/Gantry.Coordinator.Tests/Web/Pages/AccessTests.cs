using System.Net;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Tests.Hosting;

namespace Gantry.Coordinator.Tests.Web.Pages;

/// <summary>Who may open and do what: every page and every form, role by role.</summary>
[Trait("kind", "server")]
public sealed class AccessTests
{
    /// <summary>Page and the least role that sees it; the project is private.</summary>
    private static readonly (string Path, AccessLevel Least)[] Pages =
    [
        ("/demo/hello", AccessLevel.Reporter),
        ("/demo/hello/-/tree/main", AccessLevel.Reporter),
        ("/demo/hello/-/blob/main/README.md", AccessLevel.Reporter),
        ("/demo/hello/-/raw/main/README.md", AccessLevel.Reporter),
        ("/demo/hello/-/commits", AccessLevel.Reporter),
        ("/demo/hello/-/commit/main", AccessLevel.Reporter),
        ("/demo/hello/-/branches", AccessLevel.Reporter),
        ("/demo/hello/-/pipelines", AccessLevel.Reporter),
        ("/demo/hello/-/pipelines/1", AccessLevel.Reporter),
        ("/demo/hello/-/pipelines/1/dag", AccessLevel.Reporter),
        ("/demo/hello/-/pipelines/1/timing", AccessLevel.Reporter),
        ("/demo/hello/-/pipelines/1/test_report", AccessLevel.Reporter),
        ("/demo/hello/-/jobs", AccessLevel.Reporter),
        ("/demo/hello/-/jobs/1", AccessLevel.Reporter),
        ("/demo/hello/-/jobs/1/raw", AccessLevel.Reporter),
        ("/demo/hello/-/environments", AccessLevel.Reporter),
        ("/demo/hello/-/pipelines/new", AccessLevel.Developer),
        ("/demo/hello/-/pipeline_schedules", AccessLevel.Developer),
        ("/demo/hello/-/pipeline_schedules/new", AccessLevel.Developer),
        ("/demo/hello/-/ci/editor", AccessLevel.Developer),
        ("/demo/hello/-/settings/general", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/ci_cd", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/variables", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/triggers", AccessLevel.Maintainer),
        ("/demo/hello/-/project_members", AccessLevel.Maintainer),
        ("/demo/hello/-/runners/new", AccessLevel.Maintainer),
    ];

    private static readonly string[] OwnersPages = ["/admin/runners", "/admin/jobs", "/admin/health_check", "/admin/users", "/admin/ci/variables"];

    /// <summary>Form and the least role that it works for.</summary>
    private static readonly (string Path, AccessLevel Least)[] Forms =
    [
        ("/demo/hello/-/pipelines", AccessLevel.Developer),
        ("/demo/hello/-/pipelines/1/retry", AccessLevel.Developer),
        ("/demo/hello/-/pipelines/1/cancel", AccessLevel.Developer),
        ("/demo/hello/-/pipelines/1/stages/test/play_manual", AccessLevel.Developer),
        ("/demo/hello/-/jobs/1/retry", AccessLevel.Developer),
        ("/demo/hello/-/jobs/1/cancel", AccessLevel.Developer),
        ("/demo/hello/-/jobs/1/play", AccessLevel.Developer),
        ("/demo/hello/-/jobs/1/unschedule", AccessLevel.Developer),
        ("/demo/hello/-/jobs/1/erase", AccessLevel.Maintainer),
        ("/demo/hello/-/jobs/1/artifacts/keep", AccessLevel.Developer),
        ("/demo/hello/-/pipeline_schedules", AccessLevel.Developer),
        ("/demo/hello/-/ci/lint", AccessLevel.Developer),
        ("/demo/hello/-/ci/editor", AccessLevel.Developer),
        ("/demo/hello/-/settings/general", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/general/protect", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/general/unprotect", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/variables", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/variables/delete", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/triggers", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/triggers/1/revoke", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/ci_cd/reset_registration_token", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/ci_cd/instance_runners", AccessLevel.Maintainer),
        ("/demo/hello/-/settings/ci_cd/reset_cache", AccessLevel.Maintainer),
        ("/demo/hello/-/project_members", AccessLevel.Maintainer),
        ("/demo/hello/-/project_members/1/remove", AccessLevel.Maintainer),
        ("/demo/hello/-/runners", AccessLevel.Maintainer),
        ("/demo/hello/-/runners/1/remove", AccessLevel.Maintainer),
    ];

    private static readonly string[] OwnersForms =
        ["/admin/runners/1/pause", "/admin/runners/1/remove", "/admin/users", "/admin/users/1/link", "/admin/users/1/block", "/admin/ci/variables", "/admin/ci/variables/delete"];

    private static readonly string[] PersonalForms =
        ["/projects/new", "/-/user_settings/personal_access_tokens", "/-/user_settings/personal_access_tokens/1/revoke", "/-/user_settings/password/edit", "/users/password/edit", "/users/sign_out", "/-/preferences"];

    [Fact(Timeout = 120_000)]
    public async Task Every_page_and_form_asks_for_its_role()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await PageTests.SeedAsync(server, folder);
        foreach (var level in new[] { AccessLevel.None, AccessLevel.Guest, AccessLevel.Reporter, AccessLevel.Developer, AccessLevel.Maintainer })
        {
            using var visitor = await MemberAsync(server, level);
            foreach (var (path, least) in Pages)
            {
                using var answer = await visitor.OpenAsync(path);
                Assert.True(answer.StatusCode == (level >= least ? HttpStatusCode.OK : level < AccessLevel.Reporter ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden), $"{level} opens {path}: {answer.StatusCode}");
            }

            foreach (var path in OwnersPages)
            {
                using var answer = await visitor.OpenAsync(path);
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{level} opens {path}: {answer.StatusCode}");
            }

            var token = await visitor.TokenAsync();
            foreach (var path in Forms.Where(form => form.Least > level).Select(form => form.Path).Concat(OwnersForms))
            {
                using var answer = await visitor.PostBareAsync(path, [("authenticity_token", token)]);
                Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden, $"{level} posts {path}: {answer.StatusCode}");
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task No_form_works_without_the_token_of_its_page()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await PageTests.SeedAsync(server, folder);
        using var owner = await WebVisitor.SignedInAsync(server);

        foreach (var path in Forms.Select(form => form.Path).Concat(OwnersForms).Concat(PersonalForms).Append("/users/sign_in"))
        {
            using var bare = await owner.PostBareAsync(path, []);
            Assert.True(bare.StatusCode == HttpStatusCode.UnprocessableEntity, $"{path} without a token: {bare.StatusCode}");
        }

        foreach (var path in Forms.Select(form => form.Path).Concat(OwnersForms).Concat(PersonalForms))
        {
            using var foreign = await owner.PostBareAsync(path, [("authenticity_token", await owner.TokenAsync())], ("Sec-Fetch-Site", "cross-site"));
            Assert.True(foreign.StatusCode == HttpStatusCode.UnprocessableEntity, $"{path} from another site: {foreign.StatusCode}");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_maintainer_makes_nobody_more_than_they_are()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await PageTests.SeedAsync(server, folder);
        using var maintainer = await MemberAsync(server, AccessLevel.Maintainer);
        using var other = await MemberAsync(server, AccessLevel.Developer);

        using var owner = await maintainer.PostAsync("/demo/hello/-/project_members", ("username", "developer"), ("level", "50"));
        Assert.Equal(HttpStatusCode.Forbidden, owner.StatusCode);
        using var equal = await maintainer.PostAsync("/demo/hello/-/project_members", ("username", "developer"), ("level", "40"));
        Assert.Equal(HttpStatusCode.SeeOther, equal.StatusCode);
    }

    internal static async Task<WebVisitor> MemberAsync(TestServer server, AccessLevel level)
    {
        var name = level.ToString().ToLowerInvariant();
        var token = TokenHash.Create("glpat-");
        var now = TimeProvider.System.GetUtcNow();
        await server.Host.Services.Database.WriteAsync(
            session =>
            {
                var user = session.Users.Add(name, name, name + "@example.com", admin: false, now);
                if (level > AccessLevel.None)
                    session.Users.SetLevel(1, user.Id, level);
                session.Tokens.Add(user.Id, "test", token, ["api"], null, now);
            },
            TestContext.Current.CancellationToken);
        var visitor = new WebVisitor(server);
        using var answer = await visitor.PostAsync("/users/sign_in", ("token", token), ("return", "/"));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return visitor;
    }
}
