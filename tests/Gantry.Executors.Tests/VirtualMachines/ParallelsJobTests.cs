using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.VirtualMachines;
using Gantry.Executors.VirtualMachines.Parallels;
using Gantry.Executors.Tests.Shell;
using Gantry.Executors.Tests.Ssh;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;

namespace Gantry.Executors.Tests.VirtualMachines;

/// <summary>Jobs in machines of a stand-in for prlctl, over a real OpenSSH server per machine.</summary>
public sealed class ParallelsJobTests : IClassFixture<LiveSsh>, IDisposable
{
    private const int Limit = 60_000;
    private const string Kept = "base-runner-abcdefghi-concurrent-0";

    private readonly ShellBench _bench = new();
    private readonly VmKit _kit;
    private readonly RecordingJobLog _log = new();
    private readonly RecordingLogger<ParallelsExecutor> _operator = new();
    private VmHost _host;
    private ParallelsSettings _settings;

    public ParallelsJobTests(LiveSsh live)
    {
        _kit = new VmKit(live, Path.Combine(_bench.Folder, "kit"));
        _host = _kit.Host;
        _settings = new ParallelsSettings { IsConfigured = true, BaseName = "base", Ssh = _kit.Ssh };
        _bench.Runner = _bench.Runner with { Executor = "parallels" };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ParallelsExecutor Executor => new(_settings, _host, TimeProvider.System, _operator);

    public void Dispose()
    {
        _kit.Dispose();
        _bench.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task The_first_job_makes_a_template_and_a_machine_and_the_second_begins_with_its_kept_state()
    {
        _kit.Write("has-ntpdate", "");
        _bench.Step("script", "cat ~/os", "[ ! -e ~/left ] || exit 3", "touch ~/left");

        await SucceedsAsync();

        Assert.Contains(
            "Preparing the \"parallels\" executor\nUsing Parallels 19.4.1 executor...\nCreating new VM...\nCreating default snapshot...\n"
            + "Waiting for VM to become responsive...\nStarting SSH command...\n",
            _bench.Log, StringComparison.Ordinal);
        Assert.Contains("\ndisk of base\n", _bench.Log, StringComparison.Ordinal);
        string[] clock = [$"exec {Kept} which ntpdate", $"exec {Kept} sudo ntpdate -u time.apple.com"];
        Assert.Equal(
            [
                "clone base --name base-template --template --linked",
                $"create {Kept} --ostemplate base-template",
                $"start {Kept}",
                $"exec {Kept} exit 0",
                $"snapshot {Kept} --name Started",
                .. clock,
                $"stop {Kept} --kill",
            ],
            _kit.Changes);

        _kit.Forget();
        await SucceedsAsync();

        Assert.Contains("Restoring VM from snapshot...\nStarting VM...\nWaiting for VM to become responsive...\n", _bench.Log, StringComparison.Ordinal);
        Assert.Equal([$"snapshot-switch {Kept} --id Started", $"start {Kept}", .. clock, $"stop {Kept} --kill"], _kit.Changes);
        Assert.Equal("stopped", _kit.State(Kept));
        Assert.Empty(_operator.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task On_Apple_silicon_every_job_has_a_new_machine_whose_address_the_program_tells()
    {
        _host = _host with { IsAppleSilicon = true, ParallelsLeases = "/nonexistent" };
        _settings = _settings with { TemplateName = "golden" };
        _kit.Add(Kept, "running");
        _bench.Step("script", "cat ~/os");

        await SucceedsAsync();

        Assert.Contains("WARNING: Neither sntp nor ntpdate are available in a guest VM. Proceeding without time synchronization ...\n", _bench.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("snapshot", _bench.Log, StringComparison.Ordinal);
        Assert.Equal(
            [
                $"stop {Kept} --kill",
                $"delete {Kept}",
                "clone base --name golden --template",
                $"create {Kept} --ostemplate golden",
                $"start {Kept}",
                $"exec {Kept} exit 0",
                $"exec {Kept} which ntpdate",
                $"exec {Kept} which sntp",
                $"stop {Kept} --kill",
                $"delete {Kept}",
            ],
            _kit.Changes);
        Assert.Equal(["base", "golden"], _kit.Machines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task Without_snapshots_the_machine_that_the_job_names_is_copied_by_a_template_of_its_own()
    {
        _settings = _settings with { DisableSnapshots = true, TemplateName = "golden", AllowedImages = ["^sonoma$"] };
        _kit.Add("sonoma", "stopped");
        _kit.Add("sonoma-template", "invalid");
        _kit.Write("known_hosts", (await File.ReadAllTextAsync(_kit.In("known_hosts"), Token)).Replace("base ", "sonoma ", StringComparison.Ordinal));
        _bench.Payload = _bench.Payload with { Image = new JobImage { Name = "sonoma" } };

        await using (var place = await PrepareAsync())
        {
            Assert.Equal("sonoma-runner-abcdefghi-project-7-concurrent-0", place.Handle.Values["machine"]);
        }

        Assert.Equal(["unregister sonoma-template", "clone sonoma --name sonoma-template --template --linked"], _kit.Changes.Take(2));
        Assert.Equal(["base", "sonoma", "sonoma-template"], _kit.Machines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_clock_that_cannot_be_set_fails_the_preparation_and_the_machine_is_kept()
    {
        _kit.Write("has-sntp", "");
        _kit.Write("fail-clock", "sntp: no answer");
        _host = _host with { Patience = _host.Patience with { Pause = TimeSpan.FromMilliseconds(1) } };

        var broken = await RefusedAsync();

        Assert.Equal("Could not sync with timeserver!", _log.Lines[^1]);
        Assert.EndsWith($"sntp: no answer (prlctl exec {Kept} sudo sntp -sS time.apple.com: exit status 1)", broken.Message, StringComparison.Ordinal);
        Assert.Equal(20, _kit.Calls.Count(call => call.Contains(" sudo sntp ", StringComparison.Ordinal)));
        Assert.Equal("stopped", _kit.State(Kept));
    }

    [Fact(Timeout = Limit)]
    public async Task A_failed_copy_names_the_image()
    {
        _kit.Write("fail-clone", "disk full");

        Assert.Equal(
            "calling prlctl: Failed to get VM config: disk full (prlctl clone base --name base-template --template --linked: exit status 1) (image: \"base\")",
            (await RefusedAsync()).Message);
    }

    [Fact(Timeout = Limit)]
    public async Task On_another_system_than_macOS_jobs_are_refused_in_the_official_words()
    {
        _host = _host with { IsMac = false };

        var refused = await RefusedAsync();

        Assert.Equal(
            ("parallels works only on \"darwin\" platform", FailureReason.RunnerConfigurationError, false), (refused.Message, refused.Reason, refused.Retriable));
        Assert.Empty(_kit.Calls);
    }

    [Fact]
    public void The_newest_lease_of_a_card_is_its_address()
    {
        const string Leases = """
            [vnic0]
            10.211.55.3="1418921112,1800,001c42f593fb,ff42f593fb000100011c25b9ff001c42f593fb"
            10.211.55.9="1418931112,1800,001c42f593fb,ff42f593fb000100011c25b9ff001c42f593fb"
            10.211.55.7="1418941112,20000,001c42f593fb,ff42f593fb000100011c25b9ff001c42f593fb"
            10.211.55.5="1999999999,1800,001c42aaaaaa,01001c42aaaaaa"
            10.211.55.6="soon,1800,001c42f593fb,x"
            """;

        Assert.Equal("10.211.55.9", PrlOutput.Address(Leases, "001C42F593FB"));
        Assert.Null(PrlOutput.Address(Leases, "001C42BBBBBB"));
        Assert.Equal("001C42F593FB", PrlOutput.Mac("Hardware:\n  net0 (+) dev='vnic0' network='Shared' mac=001C42F593FB card=virtio\n  net1 (+) mac=001C42F593FC card=e1000\n"));
    }

    [Fact]
    public void An_address_that_is_not_there_yet_is_none()
    {
        Assert.Equal("10.211.55.3", PrlOutput.ConfiguredAddress("[{\"ip_configured\": \"10.211.55.3\"}]"));
        Assert.All(
            new[] { "", "[]", "[{}]", "[1]", "{}", "[{\"ip_configured\": \"-\"}]", "[{\"ip_configured\": 1}]" }, output => Assert.Null(PrlOutput.ConfiguredAddress(output)));
    }

    private async Task SucceedsAsync()
    {
        _bench.Executor = Executor;
        var verdict = await _bench.RunAsync(Token);
        Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{_bench.Log}");
    }

    private Task<IJobEnvironment> PrepareAsync() => Executor.PrepareAsync(_bench.Request(ParallelsExecutor.KindTraits), _log, Token);

    private async Task<EnvironmentException> RefusedAsync() => await Assert.ThrowsAsync<EnvironmentException>(PrepareAsync);
}
