using System.Collections.Concurrent;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Runner.Configuration;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Daemon;

public sealed class ScaleTests : IDisposable
{
    private const int Entries = 200;
    private const int Jobs = 500;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentDictionary<long, byte> _begun = new();

    [Fact(Timeout = 60_000)]
    public async Task Two_hundred_entries_and_five_hundred_jobs_at_once_fit_into_one_process()
    {
        await using var server = await FakeCoordinator.StartAsync();
        WriteConfig(server);
        for (var id = 1; id <= Jobs; id++)
        {
            server.Enqueue(SamplePayloads.Job(id, projectId: id % 10));
        }

        var end = new TaskCompletionSource<JobVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new RecordingLogger<GitLabClient>();
        using var clients = new GitLabClients(Some.Version, _time, log);
        using var daemon = new RunnerDaemon(new RunnerDaemonOptions
        {
            ConfigPath = _folder.File("config.toml"),
            Context = Some.Context(),
            StateFolder = _folder.File("state"),
            Executors = new Dictionary<string, Func<RunnerEntry, IExecutor>> { ["scripted"] = _ => new ScriptedExecutor(_time) },
            Clients = clients,
            Time = _time,
            Loggers = log,
            RunJob = (assignment, _, _) =>
            {
                _begun[assignment.Payload.Id] = 0;
                return end.Task;
            },
        });
        var signals = new DaemonSignals();
        var run = daemon.RunAsync(signals, CancellationToken.None);

        await _time.PumpUntilAsync(() => _begun.Count == Jobs, TimeSpan.FromMilliseconds(100));

        // Every entry is asked about while all the jobs run.
        await _time.PumpUntilAsync(
            () => server.Requests.Select(request => request.Header("RUNNER-TOKEN")).Distinct().Count() == Entries, TimeSpan.FromMilliseconds(100));
        end.SetResult(new JobVerdict.Succeeded());
        signals.StopGracefully();
        await _time.PumpAsync(run, TimeSpan.FromMilliseconds(100));
        Assert.Equal(Jobs, log.Messages.Count(message => message == "Job succeeded"));
    }

    public void Dispose() => _folder.Dispose();

    private void WriteConfig(FakeCoordinator server)
    {
        var text = new StringBuilder($"concurrent = {Jobs + Entries}\n");
        for (var i = 0; i < Entries; i++)
        {
            var token = $"glrt-runner-{i:000}";
            server.Runners[token] = i;
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"[[runners]]\nname = \"r{i}\"\nurl = \"{server.Url}\"\ntoken = \"{token}\"\nexecutor = \"scripted\"\n");
        }

        _folder.File("config.toml", text.ToString());
    }
}
