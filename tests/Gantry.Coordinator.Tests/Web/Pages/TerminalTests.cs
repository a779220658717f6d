using System.Net;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Tests.Hosting;
using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Tests.Web.Pages;

/// <summary>Who may open a terminal in a running job, and which offers of runners are believed. What goes through it is tested end to end.</summary>
[Trait("kind", "server")]
public sealed class TerminalTests
{
    private const string Offer = """{"url":"https://127.0.0.1:1/session/x","authorization":"secret-of-the-door"}""";

    private static readonly (string Name, string Value)[] Handshake =
        [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="), ("Sec-WebSocket-Protocol", "terminal.gitlab.com")];

    [Theory]
    [InlineData("http://runner:8093/session/x", "", "token")]
    [InlineData("https://user@runner:8093/session/x", "", "token")]
    [InlineData("https://runner:8093/session/x?to=y", "", "token")]
    [InlineData("/session/x", "", "token")]
    [InlineData("https://runner:8093/session/x", "no certificate", "token")]
    [InlineData("https://runner:8093/session/x", "", "to\nken")]
    [InlineData("https://runner:8093/session/x", "", "")]
    public void An_offer_that_cannot_be_a_door_is_none(string url, string certificate, string authorization) =>
        Assert.Null(TerminalOffer.Read(new SessionOffer { Url = url, Certificate = certificate, Authorization = authorization }));

    [Fact]
    public void An_offer_is_taken_as_it_is() => Assert.Equal(
        new JobTerminalRow("https://runner:8093/session/x", "", "token"),
        TerminalOffer.Read(new SessionOffer { Url = "https://runner:8093/session/x", Authorization = "token" }));

    [Fact(Timeout = 120_000)]
    public async Task A_terminal_is_open_to_who_started_the_job_and_to_maintainers_while_it_runs()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        var job = await StartAsync(server, folder);
        var page = $"/demo/hello/-/jobs/{job.Id}/terminal";
        using var owner = await WebVisitor.SignedInAsync(server);
        using var developer = await AccessTests.MemberAsync(server, AccessLevel.Developer);
        using var maintainer = await AccessTests.MemberAsync(server, AccessLevel.Maintainer);

        Assert.Contains("job-terminal", await owner.ReadAsync(page), StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of-the-door", await owner.ReadAsync(page), StringComparison.Ordinal);
        Assert.Contains("job-terminal", await maintainer.ReadAsync(page), StringComparison.Ordinal);
        await RefusesAsync(developer, page, HttpStatusCode.Forbidden);
        await RefusesAsync(developer, page + ".ws", HttpStatusCode.Forbidden, Handshake);
        await RefusesAsync(owner, page + ".ws", HttpStatusCode.Forbidden);
        await RefusesAsync(owner, page + ".ws", HttpStatusCode.Forbidden, [.. Handshake, ("Origin", "https://elsewhere.example")]);

        await job.FinishAsync();
        await RefusesAsync(owner, page, HttpStatusCode.NotFound);
        await RefusesAsync(owner, page + ".ws", HttpStatusCode.NotFound, Handshake);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_a_runner_offered_is_forgotten_when_its_job_is_over()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        var job = await StartAsync(server, folder);
        await using var housekeeping = new Housekeeping(server.Host.Services, Microsoft.Extensions.Logging.Abstractions.NullLogger<Housekeeping>.Instance);

        await housekeeping.LookAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(await FindAsync(server, job));
        await job.FinishAsync();
        await housekeeping.LookAsync(TestContext.Current.CancellationToken);
        Assert.Null(await FindAsync(server, job));
    }

    private static async Task<TestJob> StartAsync(TestServer server, TemporaryFolder folder)
    {
        await PageTests.SeedAsync(server, folder);
        var made = await server.PostAsync("user/runners", """{"runner_type":"instance_type","run_untagged":true}""");
        return await new TestRunner(server, made.GetProperty("token").GetString()!) { Session = Offer }.StartAsync();
    }

    private static Task<JobTerminalRow?> FindAsync(TestServer server, TestJob job) =>
        server.Host.Services.Database.ReadAsync(session => session.Terminals.Find(job.Id), TestContext.Current.CancellationToken);

    private static async Task RefusesAsync(WebVisitor visitor, string path, HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        using var answer = await visitor.OpenAsync(path, headers);
        Assert.Equal(status, answer.StatusCode);
    }
}
