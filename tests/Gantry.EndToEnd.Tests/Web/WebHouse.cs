using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Web;

/// <summary>
/// A server with a runner and a project that has a bit of everything, and a browser. Made once for all tests of pages: they
/// look, and change only what is their own.
/// </summary>
public sealed class WebHouse : IAsyncLifetime
{
    internal const string Project = "root/tea-house";

    private readonly ScratchFolder _scratch = new();
    private readonly Dictionary<Look, Visit> _readers = [];
    private GantryServer? _server;
    private GantryRunner? _runner;
    private Browser? _browser;

    internal GantryServer Server => _server!;

    internal Browser Browser => _browser!;

    internal long ProjectId { get; private set; }

    /// <summary>The newest pipeline: jobs of it passed, failed, wait for somebody, and wait for a runner that is not there.</summary>
    internal long Pipeline { get; private set; }

    /// <summary>Ids of the pipeline's jobs by name.</summary>
    internal IReadOnlyDictionary<string, long> Jobs { get; private set; } = new Dictionary<string, long>();

    public async ValueTask InitializeAsync()
    {
        _server = await GantryServer.StartAsync(_scratch);
        _runner = await GantryRunner.StartAsync(_scratch, Server, "build machine", ["--output-limit", "400000"], before: $"""
            concurrent = 4
            check_interval = 1
            [session_server]
            listen_address = "127.0.0.1:{FreePort()}"

            """);
        ProjectId = await Server.CreateProjectAsync("tea-house");
        var repository = await TeaHouse.CreateAsync(_scratch.Sub("tea-house"));
        await repository.PushAsync(Server, Project);
        var list = await Server.GetAsync($"projects/{ProjectId}/pipelines");
        Pipeline = list[0].GetProperty("id").GetInt64();
        await Eventually.IsAsync(IsSettledAsync, "the jobs of the tea house to end", TimeSpan.FromSeconds(180));
        var jobs = await Server.GetAsync($"projects/{ProjectId}/pipelines/{Pipeline}/jobs?per_page=100");
        Jobs = jobs.EnumerateArray().ToDictionary(job => job.GetProperty("name").GetString()!, job => job.GetProperty("id").GetInt64());
        await AddSettingsAsync();
        _browser = await Browser.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        if (_runner is not null)
            await _runner.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _scratch.Dispose();
    }

    // What the settings show.
    private async Task AddSettingsAsync()
    {
        await Server.PostAsync($"projects/{ProjectId}/variables", ("key", "DEPLOY_HOST"), ("value", "tea.example.com"), ("environment_scope", "staging"));
        await Server.PostAsync($"projects/{ProjectId}/variables", ("key", "DEPLOY_KEY"), ("value", "not-a-real-key-12345"), ("masked_and_hidden", "true"), ("protected", "true"));
        await Server.PostAsync($"projects/{ProjectId}/triggers", ("description", "nightly import"));
        await Server.PostAsync(
            $"projects/{ProjectId}/pipeline_schedules", ("description", "Every night"), ("ref", "main"), ("cron", "0 3 * * *"), ("cron_timezone", "Europe/Berlin"));
    }

    /// <summary>A signed-in visitor who only reads: the same one for every page.</summary>
    internal async Task<Visit> ReaderAsync(Look look)
    {
        if (!_readers.TryGetValue(look, out var reader))
            _readers[look] = reader = await VisitAsync(look);
        return reader;
    }

    /// <summary>A signed-in visitor.</summary>
    internal async Task<Visit> VisitAsync(Look look)
    {
        var visit = await Browser.OpenAsync(Server.Address, look);
        await visit.SignInAsync(Server.Token);
        return visit;
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task<bool> IsSettledAsync()
    {
        var jobs = await Server.GetAsync($"projects/{ProjectId}/pipelines/{Pipeline}/jobs?per_page=100");
        return jobs.GetArrayLength() > 0 && jobs.EnumerateArray().All(IsSettled);
    }

    private static bool IsSettled(JsonElement job) =>
        job.GetProperty("name").GetString() == "render"
        || job.GetProperty("status").GetString() is "success" or "failed" or "manual" or "skipped" or "scheduled";
}
