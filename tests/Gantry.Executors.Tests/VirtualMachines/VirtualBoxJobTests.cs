using Gantry.Engine.Executors;
using Gantry.Engine.Running;
using Gantry.Executors.VirtualMachines;
using Gantry.Executors.VirtualMachines.VirtualBox;
using Gantry.Executors.Tests.Shell;
using Gantry.Executors.Tests.Ssh;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;

namespace Gantry.Executors.Tests.VirtualMachines;

/// <summary>Jobs in machines of a stand-in for VBoxManage, over a real OpenSSH server per machine.</summary>
public sealed class VirtualBoxJobTests : IClassFixture<LiveSsh>, IDisposable
{
    private const int Limit = 60_000;
    private const string Kept = "base-runner-abcdefghi-concurrent-0";
    private const string Single = "base-runner-abcdefghi-project-7-concurrent-0";

    private readonly ShellBench _bench = new();
    private readonly VmKit _kit;
    private readonly RecordingJobLog _log = new();
    private readonly RecordingLogger<VirtualBoxExecutor> _operator = new();
    private VmHost _host;
    private VirtualBoxSettings _settings;

    public VirtualBoxJobTests(LiveSsh live)
    {
        _kit = new VmKit(live, Path.Combine(_bench.Folder, "kit"));
        _host = _kit.Host;
        _settings = new VirtualBoxSettings { IsConfigured = true, BaseName = "base", Ssh = _kit.Ssh };
        _bench.Runner = _bench.Runner with { Executor = "virtualbox" };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private VirtualBoxExecutor Executor => new(_settings, _host, TimeProvider.System, _operator);

    public void Dispose()
    {
        _kit.Dispose();
        _bench.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task The_first_job_copies_the_machine_and_keeps_its_state_and_the_second_begins_with_that_state()
    {
        _bench.Step("script", "echo \"in $CI_PROJECT_DIR\"", "cat ~/os", "[ ! -e ~/left ] || exit 3", "touch ~/left");

        await SucceedsAsync();

        Assert.Contains(
            "Preparing the \"virtualbox\" executor\nUsing VirtualBox version 7.0.20r163906 executor...\nCreating new VM...\nCreating default snapshot...\n"
            + "Waiting for VM to become responsive...\nStarting SSH command...\n",
            _bench.Log, StringComparison.Ordinal);
        Assert.Matches(@"Running on \S+ via runner-host\.\.\.\n", _bench.Log);
        Assert.Contains($"in {_kit.In($"vms/{Kept}/disk/builds/group/project")}\n", _bench.Log, StringComparison.Ordinal);
        Assert.Contains("\ndisk of base\n", _bench.Log, StringComparison.Ordinal);
        var rule = Assert.Single(_kit.Changes, call => call.StartsWith("modifyvm", StringComparison.Ordinal));
        Assert.Matches($"^modifyvm {Kept} --natpf1 guestssh,tcp,127\\.0\\.0\\.1,[0-9]+,,{_kit.GuestPort}$", rule);
        Assert.Equal(
            [
                $"unregistervm {Kept}",
                "snapshot base take Base State",
                $"clonevm base --mode machine --name {Kept} --register --snapshot Base State --options link",
                rule,
                $"startvm {Kept} --type headless",
                $"snapshot {Kept} take Started",
                $"controlvm {Kept} poweroff",
            ],
            _kit.Changes);
        Assert.Equal("poweroff", _kit.State(Kept));

        _kit.Forget();
        await SucceedsAsync();

        Assert.Contains(
            "Restoring VM from snapshot...\nStarting VM...\nWaiting for VM to become responsive...\nStarting SSH command...\n", _bench.Log, StringComparison.Ordinal);
        Assert.Equal([$"snapshot {Kept} restorecurrent", $"startvm {Kept} --type headless", $"controlvm {Kept} poweroff"], _kit.Changes);
        Assert.Empty(_operator.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task Without_snapshots_a_job_has_a_machine_of_its_own_that_goes_with_it()
    {
        _settings = _settings with { DisableSnapshots = true, BaseFolder = "/somewhere", StartType = "gui" };
        _kit.Add(Single, "running");
        _bench.Step("script", "cat ~/os", "exit 42");

        var failed = Assert.IsType<JobVerdict.Failed>(await RunAsync());

        Assert.Equal((FailureReason.ScriptFailure, 42), (failed.Reason, failed.ExitCode));
        Assert.Contains("\ndisk of base\n", _bench.Log, StringComparison.Ordinal);
        Assert.Equal(
            [
                $"controlvm {Single} poweroff",
                $"unregistervm {Single} --delete",
                $"unregistervm {Single}",
                $"clonevm base --mode machine --name {Single} --register --basefolder /somewhere",
                _kit.Changes[4],
                $"startvm {Single} --type gui",
                $"controlvm {Single} poweroff",
                $"unregistervm {Single} --delete",
            ],
            _kit.Changes);
        Assert.Equal(["base"], _kit.Machines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_kept_machine_that_cannot_be_restored_is_made_anew()
    {
        _kit.Add(Kept, "running");

        await (await PrepareAsync()).DisposeAsync();

        Assert.Equal("Restoring VM from snapshot...", _log.Lines[1]);
        Assert.Equal(
            "Previous VM failed. Deleting, because VBoxManageOutput error: VBoxManage: error: This machine does not have any snapshots "
            + $"(vboxmanage snapshot {Kept} restorecurrent: exit status 1)",
            _log.Lines[2]);
        Assert.Equal("Creating new VM...", _log.Lines[3]);
        Assert.Equal("disk of base\n", await File.ReadAllTextAsync(_kit.In($"vms/{Kept}/disk/os"), Token));
    }

    [Fact(Timeout = Limit)]
    public async Task A_copy_that_fails_is_told_with_the_command_and_its_complaint()
    {
        _kit.Write("fail-clonevm", "The machine 'base' is already locked\nVBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE");

        var broken = await RefusedAsync();

        Assert.Equal(
            "VBoxManageOutput error: VBoxManage: error: The machine 'base' is already locked VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE "
            + $"(vboxmanage clonevm base --mode machine --name {Kept} --register --snapshot \"Base State\" --options link: exit status 1)",
            broken.Message);
        Assert.True(broken.Retriable);
        Assert.Equal(["base"], _kit.Machines);
    }

    [Fact(Timeout = Limit)]
    public async Task A_machine_that_never_answers_is_removed_and_the_last_attempt_told()
    {
        _host = _host with { Patience = _host.Patience with { Answer = TimeSpan.FromMilliseconds(100) } };
        _kit.Write("silent", "");

        var broken = await RefusedAsync();

        Assert.Matches($@"^VM {Kept} \(running\) did not answer by ssh within 100ms: ssh command Connect\(\) error: ssh Dial\(\) error: dial tcp 127\.0\.0\.1:[0-9]+: ", broken.Message);
        Assert.EndsWith($"Start base by hand and look whether its ssh server comes up by itself and lets {_settings.Ssh.User} in", broken.Message, StringComparison.Ordinal);
        Assert.Equal(["base"], _kit.Machines);
    }

    [Fact(Timeout = Limit)]
    public async Task A_command_that_takes_too_long_is_ended_and_named()
    {
        _host = _host with { Patience = _host.Patience with { Change = TimeSpan.FromMilliseconds(300) } };
        _kit.Write("hang-startvm", "");

        var broken = await RefusedAsync();

        Assert.Equal($"VBoxManageOutput error: vboxmanage startvm {Kept} --type headless took longer than 300ms and was ended", broken.Message);
        Assert.Equal(["base"], _kit.Machines);
    }

    [Fact(Timeout = Limit)]
    public async Task A_cancel_ends_the_command_that_runs_and_leaves_nothing()
    {
        _kit.Write("hang-clonevm", "");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var preparing = Executor.PrepareAsync(Request(), _log, cancel.Token);
        await _kit.CalledAsync("clonevm");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => preparing);
        Assert.Equal(["base"], _kit.Machines);
        // The original is free for the next job.
        File.Delete(_kit.In("hang-clonevm"));
        await (await PrepareAsync()).DisposeAsync();
        Assert.Equal("poweroff", _kit.State(Kept));
    }

    [Fact(Timeout = Limit)]
    public async Task A_cancelled_job_lets_its_script_clean_up_before_the_power_goes()
    {
        _bench.Step("script", $"trap 'echo cleaned; exit 1' TERM; echo begun > {Path.Combine(_bench.Folder, "begun")}; sleep 1000 & wait");

        var failed = Assert.IsType<JobVerdict.Failed>(await RunAsync(lifetime => _ = CancelAsync(lifetime)));

        Assert.Equal(FailureReason.JobCanceled, failed.Reason);
        Assert.Contains("cleaned\n", _bench.Log, StringComparison.Ordinal);
        Assert.Equal("poweroff", _kit.State(Kept));

        async Task CancelAsync(JobLifetime lifetime)
        {
            while (!File.Exists(Path.Combine(_bench.Folder, "begun")))
            {
                await Task.Delay(10, Token);
            }

            lifetime.Cancel();
        }
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_may_name_a_machine_that_the_list_allows_and_no_other()
    {
        _kit.Add("ubuntu 24", "poweroff");
        _settings = _settings with { AllowedImages = ["^debian", "^ubuntu .*$"] };
        Image("ubuntu 24");
        _kit.Write("known_hosts", (await File.ReadAllTextAsync(_kit.In("known_hosts"), Token)).Replace("base ", "ubuntu-24 ", StringComparison.Ordinal));

        await using (var place = await PrepareAsync())
        {
            Assert.Equal("ubuntu 24-runner-abcdefghi-concurrent-0", place.Handle.Values["machine"]);
        }

        Image("windows");
        var refused = await RefusedAsync();
        Assert.Equal(("invalid image", false), (refused.Message, refused.Retriable));
        Assert.Equal(
            ["", "ERROR: The \"windows\" image is not present on list of allowed images", "- ^debian", "- ^ubuntu .*$", "", "Please check runner's configuration"],
            _log.Lines.TakeLast(6));

        // An unanchored pattern opens no way to options of the program.
        _settings = _settings with { AllowedImages = ["base"] };
        Image("--base");
        Assert.Equal("invalid image", (await RefusedAsync()).Message);
    }

    [Fact(Timeout = Limit)]
    public async Task A_machine_whose_key_is_not_known_is_refused_at_once_with_the_line_that_mends_it()
    {
        _kit.Write("known_hosts", "");

        var refused = await RefusedAsync();

        Assert.False(refused.Retriable);
        Assert.Matches(@"knownhosts: key is unknown: the copy of base at \[127\.0\.0\.1\]:[0-9]+ shows the ssh-ed25519 key SHA256:", refused.Message);
        var line = refused.Message[(refused.Message.IndexOf("echo '", StringComparison.Ordinal) + 6)..].Split('\'')[0];
        Assert.Equal(["base"], _kit.Machines);

        _kit.Write("known_hosts", line + "\n");
        await (await PrepareAsync()).DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task A_machine_that_cannot_be_deleted_as_a_whole_loses_its_disks_and_its_folder()
    {
        _settings = _settings with { DisableSnapshots = true };
        _kit.Write("fail-delete", "Cannot unregister");
        _kit.Write("leftover", Single);

        await (await PrepareAsync()).DisposeAsync();

        Assert.Equal([$"unregistervm {Single}", "closemedium 1-2-3 --delete"], _kit.Changes.TakeLast(2));
        Assert.Equal(["base"], _kit.Machines);
        Assert.Empty(_operator.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task What_a_killed_runner_left_is_switched_off_unless_another_job_has_it_by_now()
    {
        var place = await PrepareAsync();

        // As if this process had been killed: its job does not give the machine back.
        Assert.IsType<Reopening.Lost>(await Executor.ReopenAsync(Request(), place.Handle, Token));
        Assert.Equal("running", _kit.State(Kept));
        await place.DisposeAsync();

        _kit.Add("left", "running");
        var handle = new EnvironmentHandle("virtualbox", new Dictionary<string, string> { ["machine"] = "left", ["keep"] = "true" });
        Assert.IsType<Reopening.Lost>(await Executor.ReopenAsync(Request(), handle, Token));
        Assert.Equal("poweroff", _kit.State("left"));

        handle = handle with { Values = new Dictionary<string, string> { ["machine"] = "left", ["keep"] = "false" } };
        await Executor.ReopenAsync(Request(), handle, Token);
        Assert.DoesNotContain("left", _kit.Machines);
    }

    [Fact(Timeout = Limit)]
    [Trait("Needs", "Full")]
    public async Task Two_jobs_at_once_copy_one_after_the_other_and_have_ports_of_their_own()
    {
        _bench.Step("script", "true");
        _kit.Write("vms/base/rule", "guestssh,tcp,127.0.0.1,2222,," + _kit.GuestPort);

        await using var one = await PrepareAsync();
        var request = Request();
        request = request with { Plan = request.Plan with { Numbers = new(1, 1) } };
        await using var two = await Executor.PrepareAsync(request, _log, Token);

        var ports = _kit.Changes.Where(call => call.Contains("guestssh,", StringComparison.Ordinal)).Select(call => call.Split(',')[3]).ToList();
        Assert.Equal(2, ports.Distinct().Count());
        Assert.DoesNotContain("2222", ports);
    }

    [Fact(Timeout = Limit)]
    public async Task Without_the_program_a_job_says_what_to_install()
    {
        _host = _host with { VBoxManage = _kit.In("nothing/vboxmanage") };

        var refused = await RefusedAsync();

        Assert.Equal(FailureReason.RunnerConfigurationError, refused.Reason);
        Assert.EndsWith("install VirtualBox on this computer, and have it on the PATH of the runner", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Doctor_hears_the_version_and_whether_the_machine_to_copy_is_there()
    {
        Assert.Equal("version 7.0.20r163906, VM base", await Executor.ProbeAsync("bash", Token));

        _settings = _settings with { BaseName = "nobody" };
        var problem = await Assert.ThrowsAsync<EnvironmentException>(() => Executor.ProbeAsync("bash", Token));
        Assert.Equal(
            "VBoxManageOutput error: VBoxManage: error: there is no machine \"nobody\" (vboxmanage showvminfo nobody --machinereadable: exit status 1)", problem.Message);
    }

    private void Image(string name) => _bench.Payload = _bench.Payload with { Image = new JobImage { Name = name } };

    private Task<JobVerdict> RunAsync(Action<JobLifetime>? started = null)
    {
        _bench.Executor = Executor;
        return _bench.RunAsync(Token, started: started);
    }

    private async Task SucceedsAsync()
    {
        var verdict = await RunAsync();
        Assert.True(verdict is JobVerdict.Succeeded, $"{verdict}\n{_bench.Log}");
    }

    private Task<IJobEnvironment> PrepareAsync() => Executor.PrepareAsync(Request(), _log, Token);

    private async Task<EnvironmentException> RefusedAsync() => await Assert.ThrowsAsync<EnvironmentException>(PrepareAsync);

    private EnvironmentRequest Request() => _bench.Request(VirtualBoxExecutor.KindTraits);
}
