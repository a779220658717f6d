using System.Net;
using System.Text.Json;
using Gantry.Coordinator.Creation;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>Schedules, commits without git, explanations, backups.</summary>
public sealed class ServiceTests : IDisposable
{
    private const string One = "job: {script: echo}";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task A_schedule_starts_its_pipeline_in_its_time_zone_with_its_variables_and_then_waits_for_the_next_time()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2027, 3, 27, 12, 0, 0, TimeSpan.Zero));
        await using var server = await TestServer.StartAsync(_folder, settings => settings with { Clock = clock });
        var project = await CommitAsync(server, One);
        var made = await server.PostAsync($"projects/{project}/pipeline_schedules", """{"description":"nightly","ref":"main","cron":"0 4 * * *","cron_timezone":"Europe/Berlin"}""");
        var id = made.GetProperty("id").GetInt64();
        // The night of the change to summer time: four o'clock is two o'clock UTC already.
        Assert.Equal("2027-03-28T02:00:00.000Z", made.GetProperty("next_run_at").GetString());
        await server.PostAsync($"projects/{project}/pipeline_schedules/{id}/variables", """{"key":"KIND","value":"nightly"}""");

        clock.SetUtcNow(new DateTimeOffset(2027, 3, 28, 2, 0, 3, TimeSpan.Zero));
        await server.Host.Services.Schedules.RunDueAsync(Cancellation);
        await server.Host.Services.Schedules.RunDueAsync(Cancellation);
        // The server's own loop may have been quicker: its pipeline is there when the schedule knows it.
        while ((await server.GetAsync($"projects/{project}/pipeline_schedules/{id}")).GetProperty("last_pipeline").ValueKind == JsonValueKind.Null)
        {
            Cancellation.ThrowIfCancellationRequested();
        }

        var pipeline = Assert.Single((await server.GetAsync($"projects/{project}/pipelines?source=schedule")).EnumerateArray());
        Assert.Equal("pending", pipeline.GetProperty("status").GetString());
        var after = await server.GetAsync($"projects/{project}/pipeline_schedules/{id}");
        Assert.Equal("2027-03-29T02:00:00.000Z", after.GetProperty("next_run_at").GetString());
        Assert.Equal(pipeline.GetProperty("id").GetInt64(), after.GetProperty("last_pipeline").GetProperty("id").GetInt64());

        var runner = await TestRunner.CreateAsync(server);
        await (await runner.StartAsync()).FinishAsync();
        var job = await runner.StartAsync();
        Assert.Equal(("nightly", "nightly"), (job.Variable("KIND"), job.Variable("CI_PIPELINE_SCHEDULE_DESCRIPTION")));

        using var refused = await TestServer.SendAsync(server.Http, HttpMethod.Post, $"projects/{project}/pipeline_schedules", """{"description":"x","ref":"main","cron":"61 * * * *"}""");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("\"cron\":[\"is invalid syntax\"]", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void An_hour_that_the_clock_skips_is_made_up_for_and_one_that_comes_twice_runs_once()
    {
        var skipped = CronTime.Next("30 2 * * *", "Europe/Berlin", new DateTimeOffset(2027, 3, 28, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(new DateTimeOffset(2027, 3, 28, 1, 0, 0, TimeSpan.Zero), skipped);
        var first = CronTime.Next("30 2 * * *", "Europe/Berlin", new DateTimeOffset(2027, 10, 30, 12, 0, 0, TimeSpan.Zero))!.Value;
        Assert.Equal(new DateTimeOffset(2027, 10, 31, 0, 30, 0, TimeSpan.Zero), first);
        Assert.Equal(new DateTimeOffset(2027, 11, 1, 1, 30, 0, TimeSpan.Zero), CronTime.Next("30 2 * * *", "Europe/Berlin", first));
    }

    [Fact(Timeout = 120_000)]
    public async Task Files_are_committed_without_git_and_each_commit_has_its_pipeline()
    {
        await using var server = await TestServer.StartAsync(_folder);
        var project = await CommitAsync(server, One);
        Assert.Single((await server.GetAsync($"projects/{project}/pipelines")).EnumerateArray());

        var commit = await server.PostAsync($"projects/{project}/repository/commits", """
            {"branch":"feature","start_branch":"main","commit_message":"Several\n\nwith a body","author_name":"Ada <x>","author_email":"ada@example.com","actions":[
              {"action":"create","file_path":"src/\"odd\" name.bin","content":"AAEC","encoding":"base64"},
              {"action":"move","previous_path":".gitlab-ci.yml","file_path":"ci.yml"},
              {"action":"create","file_path":"run.sh","content":"#!/bin/sh\n","execute_filemode":true}]}
            """);
        Assert.Equal("Several", commit.GetProperty("title").GetString());
        Assert.Equal("Ada x", commit.GetProperty("author_name").GetString());
        var git = await GitClient.InitAsync(_folder.At("clone"));
        await git.RunAsync("fetch", "--quiet", server.CloneUrl(), "feature");
        Assert.Equal("100644 ci.yml|100755 run.sh|100644 \"src/\\\"odd\\\" name.bin\"",
            string.Join('|', (await git.RunAsync("ls-tree", "-r", "-z", "--format=%(objectmode) %(path)", "FETCH_HEAD")).Split('\0', StringSplitOptions.RemoveEmptyEntries)));

        foreach (var (path, branch, because) in new[]
        {
            ("..%2Fevil", "main", "invalid path"), (".git%2Fhooks%2Fx", "main", "invalid path"), (".gitlab-ci.yml", "main", "already exists"), ("x", "-f", "on a branch"),
        })
        {
            using var refused = await TestServer.SendAsync(
                server.Http, HttpMethod.Post, $"projects/{project}/repository/files/{path}", $$"""{"branch":"{{branch}}","content":"x","commit_message":"m"}""");
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(because, await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        await server.JsonAsync(HttpMethod.Put, $"projects/{project}/repository/files/.gitlab-ci.yml", """{"branch":"main","content":"other: {script: echo}","commit_message":"Change"}""");
        Assert.Equal(2, (await server.GetAsync($"projects/{project}/pipelines?ref=main")).GetArrayLength());
        await server.PostAsync($"projects/{project}/repository/tags", """{"tag_name":"v1","ref":"main","message":"first"}""");
        Assert.Equal("first", (await server.GetAsync($"projects/{project}/repository/tags/v1")).GetProperty("message").GetString());
        Assert.Equal("v1", (await server.GetAsync($"projects/{project}/pipelines?scope=tags"))[0].GetProperty("ref").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_pending_job_explains_runner_by_runner_why_it_waits()
    {
        await using var server = await TestServer.StartAsync(_folder);
        var project = await CommitAsync(server, "job: {script: echo, tags: [gpu]}");
        var job = (await server.GetAsync($"projects/{project}/jobs"))[0].GetProperty("id").GetInt64();
        Assert.Equal("There is no runner for this project: register one.", (await server.GetAsync($"projects/{project}/jobs/{job}/explain")).GetProperty("summary").GetString());

        await TestRunner.CreateAsync(server, "\"description\":\"plain\"");
        await TestRunner.CreateAsync(server, "\"description\":\"away\",\"tag_list\":\"gpu\"");
        await TestRunner.CreateAsync(server, "\"description\":\"resting\",\"tag_list\":\"gpu\",\"paused\":true");
        var able = await TestRunner.CreateAsync(server, "\"description\":\"ready\",\"tag_list\":\"gpu,big\"");
        using (await TestServer.SendAsync(server.Anonymous, HttpMethod.Post, "runners/verify", $$"""{"token":"{{able.Token}}","system_id":"s_9","info":{"name":"gitlab-runner",{{TestRunner.AllFeatures}} } }"""))
        {
        }

        var answers = (await server.GetAsync($"projects/{project}/jobs/{job}/explain")).GetProperty("runners").EnumerateArray()
            .ToDictionary(item => item.GetProperty("description").GetString()!, item => item.GetProperty("reason").GetString());
        Assert.Equal(
            new Dictionary<string, string?> { ["plain"] = "missing_tags", ["away"] = "not_online", ["resting"] = "paused", ["ready"] = null }, answers);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_backup_taken_beside_a_running_server_brings_everything_back()
    {
        var file = _folder.At("backup.tar.gz");
        long project;
        string token;
        await using (var server = await TestServer.StartAsync(_folder))
        {
            project = await CommitAsync(server, One);
            token = server.RootToken;
            var job = await (await TestRunner.CreateAsync(server)).StartAsync();
            using (await job.PatchAsync(0, "hello\n"))
            {
                await job.FinishAsync();
            }

            await DataBackup.WriteAsync(_folder.At("data"), file, Cancellation);
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        await Assert.ThrowsAsync<IOException>(() => DataBackup.RestoreAsync(_folder.At("data"), file, Cancellation));
        var second = _folder.At("second");
        await DataBackup.RestoreAsync(second, file, Cancellation);
        await using var restored = await TestServer.StartAsync(_folder, settings => settings with { DataDirectory = second });
        Assert.Equal(token, restored.RootToken);
        var found = (await restored.GetAsync($"projects/{project}/jobs"))[0];
        Assert.Equal("success", found.GetProperty("status").GetString());
        Assert.Equal("hello\n", await restored.Http.GetStringAsync($"projects/{project}/jobs/{found.GetProperty("id").GetInt64()}/trace", Cancellation));
        var clone = await GitClient.InitAsync(_folder.At("clone"));
        await clone.RunAsync("fetch", "--quiet", restored.CloneUrl(), "main");
    }

    private static async Task<long> CommitAsync(TestServer server, string configuration)
    {
        var project = await server.CreateProjectAsync();
        await server.PostAsync(
            $"projects/{project}/repository/files/.gitlab-ci.yml",
            $$"""{"branch":"main","commit_message":"First","content":{{JsonSerializer.Serialize(configuration)}}}""");
        return project;
    }
}
