using System.Text;
using System.Text.Json;
using Gantry.Coordinator.Tests.Hosting;

namespace Gantry.Coordinator.Tests.Web.Pages;

[Trait("kind", "server")]
public sealed class LiveTests
{
    [Fact(Timeout = 60_000)]
    public async Task A_running_jobs_log_arrives_as_it_is_written_and_ends()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await PageTests.SeedAsync(server, folder);
        var runner = await TestRunner.CreateAsync(server);
        var job = await runner.StartAsync();
        using var visitor = await WebVisitor.SignedInAsync(server);
        using var first = await job.PatchAsync(0, "one\ntw");

        using var answer = await visitor.OpenAsync($"/demo/hello/-/jobs/{job.Id}/log");
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), Encoding.UTF8);
        var batch = await NextAsync(events);
        Assert.Equal(["one", "tw"], Texts(batch));

        using var second = await job.PatchAsync(6, "o\nthree\n");
        batch = await NextAsync(events);
        Assert.Equal(["two", "three"], Texts(batch));
        Assert.Equal(3, batch.GetProperty("count").GetInt32());

        // Who was away asks for what is behind what they have.
        using var again = await visitor.OpenAsync($"/demo/hello/-/jobs/{job.Id}/log?offset=6");
        using var resumed = new StreamReader(await again.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), Encoding.UTF8);
        Assert.Equal(["two", "three"], Texts(await NextAsync(resumed)));

        await job.FinishAsync();
        while (!(batch = await NextAsync(events)).TryGetProperty("complete", out _))
        {
        }

        Assert.True(batch.GetProperty("complete").GetBoolean());
        Assert.Equal("", (await events.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
    }

    [Fact(Timeout = 60_000)]
    public async Task An_open_page_learns_that_it_is_out_of_date()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        var (pipeline, _) = await PageTests.SeedAsync(server, folder);
        var runner = await TestRunner.CreateAsync(server);
        using var visitor = await WebVisitor.SignedInAsync(server);
        using var answer = await visitor.OpenAsync($"/demo/hello/-/live?pipeline={pipeline}");
        using var events = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), Encoding.UTF8);
        Assert.Equal("data: listening", await LineAsync(events));

        var job = await runner.StartAsync();
        Assert.Equal("data: changed", await LineAsync(events));
        var part = await visitor.ReadAsync($"/demo/hello/-/pipelines/{pipeline}", ("X-Gantry-Part", "main"));
        Assert.DoesNotContain("<html", part, StringComparison.Ordinal);
        Assert.Contains("Running", part, StringComparison.Ordinal);
        await job.FinishAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task The_raw_log_and_its_json_are_what_the_runner_sent()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        await PageTests.SeedAsync(server, folder);
        var runner = await TestRunner.CreateAsync(server);
        var job = await runner.StartAsync();
        using var patched = await job.PatchAsync(0, "\u001b[31m<b>\u001b[0m\n");
        using var visitor = await WebVisitor.SignedInAsync(server);

        using var raw = await visitor.OpenAsync($"/demo/hello/-/jobs/{job.Id}/raw");
        Assert.Equal("text/plain; charset=utf-8", raw.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", Assert.Single(raw.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("\u001b[31m<b>\u001b[0m\n", await raw.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        var json = JsonElement.Parse(await visitor.ReadAsync($"/demo/hello/-/jobs/{job.Id}/trace.json"));
        Assert.Equal("running", json.GetProperty("status").GetString());
        Assert.Equal(1, json.GetProperty("lines").GetArrayLength());
        json = JsonElement.Parse(await visitor.ReadAsync($"/demo/hello/-/jobs/{job.Id}/trace.json?state={json.GetProperty("state").GetString()}"));
        Assert.False(json.TryGetProperty("lines", out _));
    }

    [Fact(Timeout = 60_000)]
    public async Task Assets_are_kept_by_browsers_for_good()
    {
        using var folder = new TemporaryFolder();
        await using var server = await TestServer.StartAsync(folder);
        using var visitor = new WebVisitor(server);
        var page = await visitor.ReadAsync("/users/sign_in");
        var address = page.Split('"').First(part => part.EndsWith("/all.css", StringComparison.Ordinal));

        using var sheet = await visitor.OpenAsync(address);
        Assert.Equal("public, max-age=31536000, immutable", sheet.Headers.GetValues("Cache-Control").Single());
        Assert.Contains("--success", await sheet.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var unchanged = await visitor.OpenAsync(address, ("If-None-Match", sheet.Headers.ETag!.ToString()));
        Assert.Equal(System.Net.HttpStatusCode.NotModified, unchanged.StatusCode);
        using var missing = await visitor.OpenAsync("/-/assets/x/../../secret");
        Assert.NotEqual(System.Net.HttpStatusCode.OK, missing.StatusCode);
    }

    private static IReadOnlyList<string> Texts(JsonElement batch) =>
        [.. batch.GetProperty("lines").EnumerateArray().Select(line => string.Concat(line.GetProperty("c").EnumerateArray().Select(part => part.GetString())))];

    private static async Task<JsonElement> NextAsync(StreamReader events) => JsonElement.Parse((await LineAsync(events))["data: ".Length..]);

    private static async Task<string> LineAsync(StreamReader events)
    {
        while (await events.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Length > 0)
                return line;
        }

        throw new EndOfStreamException("the events ended");
    }
}
