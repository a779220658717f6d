using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Gantry.Demo;
using Gantry.Engine;

namespace Gantry.Turnaround;

/// <summary>A server and a runner as processes of their own, with one project; everything is removed at the end.</summary>
internal sealed partial class Stage : IAsyncDisposable
{
    private const int EndOfLog = 64 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gantry-bench-");
    private readonly DemoSettings _settings;
    private readonly string _binary;
    private readonly StageSpec _spec;
    private readonly ConcurrentQueue<TimeSpan> _jobTimes = new();
    private ServerClient? _client;
    private SampleProject? _sample;
    private long _project;

    private Stage(string binary, StageSpec spec)
    {
        (_binary, _spec) = (binary, spec);
        var sample = _folder.CreateSubdirectory("sample").FullName;
        File.WriteAllText(Path.Combine(sample, ".gitlab-ci.yml"), spec.Pipeline);
        for (var i = 0; i < spec.Files; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(sample, $"folder{i / 100}")).FullName;
            File.WriteAllText(Path.Combine(folder, $"file{i}.txt"), $"content of file {i}\n");
        }

        _settings = new DemoSettings(_folder.FullName, sample, $"127.0.0.1:{FreePort()}", Once: true);
        Server = Start("server", ["--listen", _settings.Listen, "--data", _settings.ServerFolder, .. spec.ServerFlags]);
    }

    public Process Server { get; }

    public Process Runner { get; private set; } = null!;

    /// <summary>Created to finished of each pipeline, by the server's own clock.</summary>
    public List<TimeSpan> ServerTimes { get; } = [];

    /// <summary>From a job's arrival to its accepted report, in the order they ended, by the runner's own clock.</summary>
    public IReadOnlyList<TimeSpan> JobTimes => [.. _jobTimes];

    /// <summary>The line of phases of each job, in the order of pipelines and stages.</summary>
    public List<string> Phases { get; } = [];

    public static async Task<Stage> OpenAsync(string binary, StageSpec spec)
    {
        var stage = new Stage(binary, spec);
        await stage.PrepareAsync();
        return stage;
    }

    /// <summary>Pushes a commit and waits for its pipeline to succeed.</summary>
    public async Task RunPipelineAsync()
    {
        var newest = await DemoProject.NewestPipelineAsync(_client!, _project, CancellationToken.None);
        var commit = await _sample!.PushAsync(CancellationToken.None);
        var pipeline = await DemoProject.PipelineAsync(_client!, _project, commit, newest, TimeProvider.System, CancellationToken.None);
        while (true)
        {
            var state = await _client!.GetAsync($"projects/{_project}/pipelines/{pipeline}", CancellationToken.None);
            var status = state?.GetProperty("status").GetString();
            if (status == "success")
            {
                var created = state!.Value.GetProperty("created_at").GetDateTimeOffset();
                ServerTimes.Add(state.Value.GetProperty("finished_at").GetDateTimeOffset() - created);
                await CollectPhasesAsync(pipeline);
                return;
            }

            if (status is "failed" or "canceled")
            {
                throw new InvalidOperationException($"the pipeline ended as {status}");
            }

            await Task.Delay(10);
        }
    }

    public void Forget()
    {
        ServerTimes.Clear();
        Phases.Clear();
        _jobTimes.Clear();
    }

    private async Task CollectPhasesAsync(long pipeline)
    {
        var jobs = await _client!.GetAsync($"projects/{_project}/pipelines/{pipeline}/jobs", CancellationToken.None);
        foreach (var job in jobs!.Value.EnumerateArray().Select(job => job.GetProperty("id").GetInt64()).Order())
        {
            // The line is near the end, and a log may be longer than a text can be.
            var trace = await _client.ReadTraceAsync(_project, job, 0, CancellationToken.None);
            var log = Encoding.UTF8.GetString(trace.AsSpan(Math.Max(0, trace.Length - EndOfLog)));
            var at = log.LastIndexOf("Phases: ", StringComparison.Ordinal);
            Phases.Add(at < 0 ? "" : log[(at + 8)..log.IndexOf(" s\u001b", at, StringComparison.Ordinal)] + " s");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { Runner, Server })
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _client?.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task PrepareAsync()
    {
        var tokenFile = Path.Combine(_settings.ServerFolder, "root_token");
        using var http = new HttpClient { BaseAddress = _settings.Address };
        while (!await AnswersAsync(http))
        {
            await Task.Delay(20);
        }

        var token = new Secret((await File.ReadAllTextAsync(tokenFile)).Trim());
        _client = new ServerClient(_settings.Address, token);
        _project = await DemoProject.EnsureAsync(_client, _settings, CancellationToken.None);
        _sample = new SampleProject(_settings, token);
        var config = Path.Combine(_settings.RunnerFolder, "config.toml");
        Directory.CreateDirectory(_settings.RunnerFolder);
        await File.WriteAllTextAsync(config, $"concurrent = {_spec.Concurrent}\ncheck_interval = 1\n");
        var register = new ProcessStartInfo(
            _binary,
            ["register", "--non-interactive", "--config", config, "--url", _settings.Address.ToString(),
                "--request-concurrency", _spec.Concurrent.ToString(CultureInfo.InvariantCulture), .. _spec.Flags])
        { RedirectStandardError = true };
        register.Environment["CI_SERVER_TOKEN"] = await DemoProject.CreateRunnerAsync(_client, CancellationToken.None);
        using (var process = Process.Start(register)!)
        {
            await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
        }

        Runner = Start(
            "run", ["--config", config, "--working-directory", _settings.RunnerFolder, "--state-dir", Path.Combine(_settings.RunnerFolder, "state")]);
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync("/-/health")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Process Start(string command, IReadOnlyList<string> arguments)
    {
        var process = Process.Start(
            new ProcessStartInfo(_binary, [command, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text && ReportLine().Match(text) is { Success: true } report)
            {
                _jobTimes.Enqueue(TimeSpan.Parse(report.Groups[1].Value, CultureInfo.InvariantCulture));
            }
        };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"job \d+: Success, report \w+, ([\d:.]+)")]
    private static partial Regex ReportLine();
}
