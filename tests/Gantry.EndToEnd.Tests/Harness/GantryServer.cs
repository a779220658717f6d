using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Gantry.EndToEnd.Tests.Harness;

/// <summary><c>gantry server</c> on a free port with its own data, and what a user would do with it over HTTP and git.</summary>
internal sealed class GantryServer : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly string _folder;

    private GantryServer(string folder, Uri address, RunningProcess process, string token)
    {
        _folder = folder;
        Address = address;
        Process = process;
        Token = token;
        _http = new HttpClient { BaseAddress = new Uri(address, "/api/v4/") };
        _http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token);
    }

    public Uri Address { get; }

    public RunningProcess Process { get; }

    public string Token { get; }

    public static async Task<GantryServer> StartAsync(ScratchFolder scratch, params string[] flags)
    {
        var folder = scratch.Sub("server");
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = RunningProcess.Start(GantryBinary.Path, ["server", "--listen", address.Authority, "--data", folder, .. flags]);
        using var http = new HttpClient { BaseAddress = address };
        await Eventually.IsAsync(
            async () =>
            {
                try
                {
                    return (await http.GetAsync("/-/health", TestContext.Current.CancellationToken)).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            $"the server to answer; its output:\n{process.Output}");
        var token = (await File.ReadAllTextAsync(Path.Combine(folder, "root_token"), TestContext.Current.CancellationToken)).Trim();
        return new GantryServer(scratch.Path, address, process, token);
    }

    public async Task<long> CreateProjectAsync(string name)
    {
        var project = await PostAsync("projects", ("name", name), ("path", name));
        return project.GetProperty("id").GetInt64();
    }

    public async Task<string> CreateRunnerAsync(params (string Key, string Value)[] fields)
    {
        var runner = await PostAsync("user/runners", [("runner_type", "instance_type"), .. fields]);
        return runner.GetProperty("token").GetString()!;
    }

    /// <summary>Commits the files on <c>main</c> and pushes over HTTP; the commit.</summary>
    public async Task<string> PushAsync(long project, params (string Path, string Content)[] files)
    {
        var path = (await GetAsync($"projects/{project}")).GetProperty("path_with_namespace").GetString()!;
        var work = Path.Combine(_folder, "work-" + project);
        if (!Directory.Exists(work))
        {
            await RunningProcess.RunAsync("git", ["init", "--quiet", "--initial-branch", "main", work]);
        }

        foreach (var (name, content) in files)
        {
            var file = Path.Combine(work, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        }

        var identity = new Dictionary<string, string>
        {
            ["GIT_AUTHOR_NAME"] = "Test",
            ["GIT_AUTHOR_EMAIL"] = "test@example.com",
            ["GIT_COMMITTER_NAME"] = "Test",
            ["GIT_COMMITTER_EMAIL"] = "test@example.com",
            ["GIT_TERMINAL_PROMPT"] = "0",
        };
        await RunningProcess.RunAsync("git", ["-C", work, "add", "--all"]);
        await RunningProcess.RunAsync("git", ["-C", work, "commit", "--quiet", "--allow-empty", "--message", "Test"], identity);
        await RunningProcess.RunAsync(
            "git", ["-C", work, "push", "--quiet", $"http://root:{Token}@{Address.Authority}/{path}.git", "HEAD:refs/heads/main"], identity);
        return (await RunningProcess.RunAsync("git", ["-C", work, "rev-parse", "HEAD"])).Trim();
    }

    /// <summary>The pipeline of a commit, once it has ended or has one of the given states.</summary>
    public async Task<JsonElement> PipelineAsync(long project, string sha, params string[] states)
    {
        var wanted = states.Length == 0 ? ["success", "failed", "canceled", "skipped"] : states;
        var box = await Eventually.GetAsync(
            async () =>
            {
                var list = await GetAsync($"projects/{project}/pipelines?sha={sha}");
                return list.GetArrayLength() > 0 && wanted.Contains(list[0].GetProperty("status").GetString()) ? new Box(list[0]) : null;
            },
            $"pipeline of {sha} to become {string.Join(" or ", wanted)}",
            TimeSpan.FromSeconds(120));
        return box.Value;
    }

    public async Task<IReadOnlyList<JsonElement>> JobsAsync(long project, JsonElement pipeline) =>
        [.. (await GetAsync($"projects/{project}/pipelines/{pipeline.GetProperty("id").GetInt64()}/jobs")).EnumerateArray()
            .OrderBy(job => job.GetProperty("id").GetInt64())];

    /// <summary>A job of that name and state.</summary>
    public async Task<JsonElement> JobAsync(long project, string name, string status)
    {
        var box = await Eventually.GetAsync(
            async () =>
            {
                var jobs = await GetAsync($"projects/{project}/jobs");
                var job = jobs.EnumerateArray().FirstOrDefault(
                    j => j.GetProperty("name").GetString() == name && j.GetProperty("status").GetString() == status);
                return job.ValueKind == JsonValueKind.Object ? new Box(job) : null;
            },
            $"job {name} to become {status}",
            TimeSpan.FromSeconds(120));
        return box.Value;
    }

    public async Task<string> TraceAsync(long project, JsonElement job) =>
        await _http.GetStringAsync($"projects/{project}/jobs/{job.GetProperty("id").GetInt64()}/trace", TestContext.Current.CancellationToken);

    /// <summary>The log as it arrives, for logs that are too long to hold.</summary>
    public async Task<StreamReader> OpenTraceAsync(long project, JsonElement job) =>
        new(await _http.GetStreamAsync($"projects/{project}/jobs/{job.GetProperty("id").GetInt64()}/trace", TestContext.Current.CancellationToken));

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    public async Task<JsonElement> PostAsync(string path, params (string Key, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));
        using var response = await _http.PostAsync(path, content, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}: {(int)response.StatusCode} {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Box(JsonElement Value);
}
