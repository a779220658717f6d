using Gantry.Engine.Executors;
using Gantry.Executors.Machines;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Executors.Tests.Machines;

/// <summary>Machines with a real command docker-machine, a script, and a clock of the tests.</summary>
public sealed class MachineParkTests : IAsyncDisposable
{
    private const int Limit = 60_000;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly RecordingJobLog _log = new();
    private readonly MachineBench _bench = new();
    private readonly MachinePark _park;

    public MachineParkTests() => _park = _bench.Park(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task A_machine_is_made_for_a_job_used_and_removed_after_its_last()
    {
        _bench.Settings = _bench.Settings with { MaxBuilds = 1 };
        using var leave = await _park.ReserveAsync(_bench.Settings, Token);
        Assert.NotNull(leave);
        Assert.Empty(_bench.Calls);

        var lease = await _park.UseAsync(_bench.Settings, leave, _log, Token);
        var name = Assert.Single(_bench.Machines);
        Assert.Matches("^runner-abcdefgh1-auto-1767225600-[0-9a-f]{8}$", name);
        Assert.Equal((name, "tcp://127.0.0.1:1", Path.Combine(_bench.Surroundings.StorageFolder, "machines", name)), (lease.Access.Name, lease.Access.Url, lease.Access.CertificatePath));
        Assert.Equal([new MachineGroup("used", new MachineLabels("europe-west1-b", "europe-west1", "shop", "n2-standard-2"), 1)], _park.Groups());
        Assert.Contains($"Creating machine {name} ...", _log.Lines);

        lease.Release(isDoubted: false);
        await ClockPump.UntilAsync(() => _park.Groups().Count == 0);

        Assert.Empty(_bench.Machines);
        Assert.Equal(
            [
                $"create --driver google --google-project=shop --google-token=s3cret --google-tags={name} {name}", $"url {name}",
                $"inspect {name} -f {{{{.HostOptions.AuthOptions.StorePath}}}}", $"inspect {name}", $"stop {name}", $"rm -y {name}",
            ], _bench.Calls);
        Assert.Contains($"docker-machine create {name}: Docker is up and running!", _bench.Log.Messages);
        Assert.DoesNotContain(_bench.Log.Messages, message => message.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task A_machine_that_waits_is_kept_for_a_job_and_comes_free_when_none_came()
    {
        _bench.Settings = _bench.Settings with { Idle = new IdleTarget { Count = 1, Time = TimeSpan.FromHours(1) } };
        Assert.Null(await _park.ReserveAsync(_bench.Settings, Token));
        await ClockPump.UntilAsync(() => State("idle") == 1);

        var kept = await _park.ReserveAsync(_bench.Settings, Token);
        Assert.NotNull(kept);
        Assert.Equal(1, State("acquired"));
        kept.Dispose();
        Assert.Equal(1, State("idle"));
    }

    [Fact(Timeout = Limit)]
    public async Task A_machine_of_an_earlier_process_that_does_not_answer_is_given_up_for_another()
    {
        var (old, newer) = ("runner-abcdefgh1-auto-1-00000001", "runner-abcdefgh1-auto-2-00000002");
        _bench.Settings = _bench.Settings with { Idle = new IdleTarget { Count = 2, Time = TimeSpan.FromHours(1) } };
        _bench.Leave(old);
        _bench.Leave(newer);
        _bench.Break("config-" + newer, "no route to host");

        using var kept = await _park.ReserveAsync(_bench.Settings, Token);
        var lease = await _park.UseAsync(_bench.Settings, kept, _log, Token);

        Assert.Equal((old, true), (lease.Access.Name, lease.IsFound));
        Assert.Contains($"Machine {newer} is unavailable: docker-machine config {newer}: exit status 3: no route to host", _bench.Log.Messages);
        await ClockPump.UntilAsync(() => !_bench.Machines.Contains(newer));
        // The first reservation took it from the tool, and the job did not ask again.
        Assert.Single(_bench.Calls, call => call == "config " + old);
    }

    [Fact(Timeout = Limit)]
    public async Task A_creation_that_fails_is_named_with_the_tools_last_words_and_cleaned_up_and_no_job_is_asked_for_meanwhile()
    {
        _bench.Break("create", "quota exceeded\nask for more");

        var failed = await Assert.ThrowsAsync<EnvironmentException>(() => _time.PumpAsync(_park.UseAsync(_bench.Settings, null, _log, Token), Step));

        Assert.Matches("^no machine for the job: docker-machine create runner-abcdefgh1-auto-[-0-9a-f]+: exit status 3: quota exceeded / ask for more$", failed.Message);
        Assert.Equal(3, _bench.Calls.Count(call => call.StartsWith("create", StringComparison.Ordinal)));
        Assert.DoesNotContain("s3cret", failed.Message, StringComparison.Ordinal);
        Assert.Null(await _park.ReserveAsync(_bench.Settings, Token));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.NotNull(await _park.ReserveAsync(_bench.Settings, Token));
    }

    [Fact(Timeout = Limit)]
    public async Task A_removal_that_fails_is_tried_every_half_minute_and_forced_at_last()
    {
        _bench.Settings = _bench.Settings with { MaxBuilds = 1, MaxRemovalAttempts = 3 };
        _bench.Leave("runner-abcdefgh1-auto-1-00000001");
        _bench.Break("rm-runner-abcdefgh1-auto-1-00000001", "in use");
        var began = _time.GetUtcNow();

        _park.Tend(_bench.Settings);
        await _time.PumpUntilAsync(() => _park.Groups().Count == 0, TimeSpan.FromSeconds(1));

        Assert.True(_time.GetUtcNow() - began >= TimeSpan.FromMinutes(1));
        Assert.Equal(["rm -y", "rm -y", "rm -y", "rm -f"], _bench.Calls.Where(call => call.StartsWith("rm", StringComparison.Ordinal)).Select(call => call[..5]));
        Assert.Contains(_bench.Log.Messages, message => message.StartsWith("Giving up on machine removal. The remote VM may be orphaned.", StringComparison.Ordinal)
            && message.EndsWith("docker-machine rm runner-abcdefgh1-auto-1-00000001: exit status 3: in use", StringComparison.Ordinal));
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_that_is_cancelled_while_it_waits_leaves_its_machine_to_others()
    {
        _bench.Break("wait-create", "");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = _park.UseAsync(_bench.Settings, null, _log, cancel.Token);
        await ClockPump.UntilAsync(() => State("creating") == 1);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _bench.Mend("wait-create");
        await ClockPump.UntilAsync(() => State("idle") == 1);

        Assert.Equal(Assert.Single(_bench.Machines), (await _park.UseAsync(_bench.Settings, null, _log, Token)).Access.Name);
    }

    [Fact(Timeout = Limit)]
    public async Task The_end_of_the_process_removes_idle_machines_when_that_is_wanted()
    {
        _bench.Settings = _bench.Settings with { Idle = new IdleTarget { Count = 2, Time = TimeSpan.FromHours(1) } };
        _bench.Break("rm-runner-abcdefgh1-auto-1-00000001", "in use");
        _bench.Leave("runner-abcdefgh1-auto-1-00000001");
        _bench.Leave("runner-abcdefgh1-auto-2-00000002");
        _park.Tend(_bench.Settings);

        var began = _time.GetUtcNow();
        await _time.PumpAsync(_park.ShutDownAsync(new MachineDrain { IsEnabled = true }, TimeSpan.FromMinutes(4), Token), Step);

        // One machine at the first try; the other never, after waits of 5 and 10 seconds.
        Assert.Equal(["runner-abcdefgh1-auto-1-00000001"], _bench.Machines);
        Assert.True(_time.GetUtcNow() - began >= TimeSpan.FromSeconds(15));
        Assert.Equal(4, _bench.Calls.Count(call => call.StartsWith("rm -f", StringComparison.Ordinal)));
        Assert.Contains("[machine.shutdown_drain] is on, but shutdown_timeout is 4m0s: removing machines takes minutes; set it to 300 or more", _bench.Log.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task Without_that_the_end_of_the_process_ends_what_is_under_way_and_leaves_no_program_behind()
    {
        _bench.Settings = _bench.Settings with { Idle = new IdleTarget { Count = 1 } };
        _bench.Break("wait-create", "");
        _park.Tend(_bench.Settings);
        await ClockPump.UntilAsync(() => _bench.Calls.Count == 1);

        await _time.PumpAsync(_park.ShutDownAsync(new MachineDrain(), TimeSpan.FromSeconds(30), Token), Step);

        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)), folder => CommandLine(folder).Contains(_bench.Folder, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _time.PumpAsync(_park.DisposeAsync().AsTask(), Step);
        _bench.Dispose();
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private int State(string state) => _park.Groups().Where(group => group.State == state).Sum(group => group.Count);
}
