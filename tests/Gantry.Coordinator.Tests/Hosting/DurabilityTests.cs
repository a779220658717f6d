using System.Net;
using Gantry.Coordinator.Store;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>What was acknowledged is there after the end of the process, however it ended; what time brings.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task A_restart_keeps_jobs_tokens_and_logs_and_the_runner_goes_on()
    {
        TestJob job;
        long project;
        await using (var server = await StartAsync())
        {
            project = await PrepareAsync(server);
            job = await (await TestRunner.CreateAsync(server)).StartAsync();
            using var patched = await job.PatchAsync(0, "before ");
            Assert.Equal(HttpStatusCode.Accepted, patched.StatusCode);
        }

        await using var again = await StartAsync();
        var same = new TestJob(again, job.Payload);
        using (var patched = await same.PatchAsync(7, "after"))
        {
            Assert.Equal(HttpStatusCode.Accepted, patched.StatusCode);
        }

        await same.FinishAsync();
        Assert.Equal("before after", await again.Http.GetStringAsync($"projects/{project}/jobs/{job.Id}/trace", TestContext.Current.CancellationToken));
        Assert.Equal("success", (await again.GetAsync($"projects/{project}/pipelines/latest")).GetProperty("status").GetString());
    }

    // A kill leaves the files as the operating system has them: a copy taken while the server runs is the same thing.
    [Fact(Timeout = 120_000)]
    public async Task Files_copied_right_after_an_answer_hold_what_was_answered()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await StartAsync();
        var project = await PrepareAsync(server);
        var job = await (await TestRunner.CreateAsync(server)).StartAsync();
        using (var patched = await job.PatchAsync(0, "words"))
        {
            Assert.Equal(HttpStatusCode.Accepted, patched.StatusCode);
        }

        for (var round = 0; round < 10; round++)
        {
            await server.PostAsync($"projects/{project}/variables", $$"""{"key":"ROUND_{{round}}","value":"kept"}""");
            var copy = CopyOfDatabase(round);
            using var database = Database.Open(copy, new ChangeFeed());
            var (variables, status) = await database.ReadAsync(
                session => (session.Variables.Of(project).Count, session.Jobs.Find(job.Id)!.Status), cancellation);
            Assert.Equal(round + 1, variables);
            Assert.Equal("running", status);
        }

        Assert.Equal("words", await File.ReadAllTextAsync(Directory.GetFiles(_folder.At("data", "traces"), "*.log", SearchOption.AllDirectories).Single(), cancellation));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_first_token_is_the_owners_alone()
    {
        await using var server = await StartAsync();

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.Host.RootTokenFile));
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(_folder.At("data")) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead));
        }

        Assert.Equal("root", (await server.GetAsync("user")).GetProperty("username").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_job_that_its_runner_never_accepted_goes_to_another()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await StartAsync(clock);
        await PrepareAsync(server);
        var lost = await (await TestRunner.CreateAsync(server)).TakeAsync();

        clock.Advance(TimeSpan.FromMinutes(3));
        using var keeper = new Keeper(server);
        await keeper.LookAsync();
        var found = await (await TestRunner.CreateAsync(server)).StartAsync();
        Assert.Equal(lost.Id, found.Id);

        using var late = await lost.PutAsync("running");
        Assert.Equal(HttpStatusCode.Forbidden, late.StatusCode);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(61, "no_updates_running")]
    [InlineData(100, "server_timeout_running")]
    public async Task A_job_whose_runner_is_silent_is_ended(int minutes, string reason)
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await StartAsync(clock);
        var project = await PrepareAsync(server);
        var job = await (await TestRunner.CreateAsync(server)).StartAsync();

        clock.Advance(TimeSpan.FromMinutes(minutes));
        using var keeper = new Keeper(server);
        await keeper.LookAsync();

        var view = await server.GetAsync($"projects/{project}/jobs/{job.Id}");
        Assert.Equal("failed", view.GetProperty("status").GetString());
        Assert.Equal(reason, view.GetProperty("failure_reason").GetString());
    }

    private Task<TestServer> StartAsync(TimeProvider? clock = null) =>
        TestServer.StartAsync(_folder, settings => clock is null ? settings : settings with { Clock = clock });

    private async Task<long> PrepareAsync(TestServer server)
    {
        var project = await server.CreateProjectAsync();
        var git = await GitClient.InitAsync(_folder.At("work"));
        await git.CommitAsync("job", (".gitlab-ci.yml", "job:\n  script: [echo]\n"));
        await git.RunAsync("push", "--quiet", server.CloneUrl(), "main");
        return project;
    }

    private string CopyOfDatabase(int round)
    {
        var folder = Directory.CreateDirectory(_folder.At($"copy{round}")).FullName;
        foreach (var file in Directory.GetFiles(_folder.At("data"), "db.sqlite*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return Path.Combine(folder, "db.sqlite");
    }

    /// <summary>Looks after jobs now, apart from the server's own loop.</summary>
    private sealed class Keeper(TestServer server) : IDisposable
    {
        private readonly Housekeeping _keeping = new(
            server.Host.Services, Microsoft.Extensions.Logging.Abstractions.NullLogger<Housekeeping>.Instance);

        public Task LookAsync() => _keeping.LookAsync(TestContext.Current.CancellationToken);

        public void Dispose() => _keeping.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
