using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Operators;

/// <summary>The published executable with a program on PATH that stands in for VBoxManage, whose machines are OpenSSH servers.</summary>
public sealed class VirtualMachineTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    [Fact(Timeout = 180_000)]
    [Trait("Needs", "Full")]
    public async Task A_job_runs_in_a_machine_of_the_program_on_PATH_and_without_a_Mac_there_is_no_Parallels()
    {
        await RunningProcess.RunAsync(Path.Combine(GantryBinary.Root, "eng/prepare/ssh"), []);
        var kit = _scratch.Sub("kit");
        await MakeAsync(kit);
        await using var server = await GantryServer.StartAsync(_scratch);
        var project = await server.CreateProjectAsync("vm");
        string[] flags =
        [
            "run-single", "--url", server.Address.ToString(), "--state-dir", _scratch.Sub("state"), "--max-builds", "1",
            "--ssh-user", Environment.UserName, "--ssh-identity-file", Path.Combine(kit, "user"), "--ssh-disable-strict-host-key-checking=true",
        ];
        var environment = new Dictionary<string, string>
        {
            ["CI_SERVER_TOKEN"] = await server.CreateRunnerAsync(("description", "vm"), ("run_untagged", "true")),
            ["PATH"] = kit + ":" + Environment.GetEnvironmentVariable("PATH"),
            ["VIRTUALBOX_BASE_NAME"] = "base",
            ["PARALLELS_BASE_NAME"] = "base",
        };

        var sha = await server.PushAsync(project, (".gitlab-ci.yml", "job:\n  script: [cat ~/os, ls]\n"), ("in-git", ""));
        await RunningProcess.RunAsync(GantryBinary.Path, [.. flags, "--executor", "virtualbox"], environment);

        var pipeline = await server.PipelineAsync(project, sha);
        var log = await server.TraceAsync(project, (await server.JobsAsync(project, pipeline))[0]);
        Assert.True(pipeline.GetProperty("status").GetString() == "success", log);
        Assert.Contains("Using VirtualBox version 7.0.20r163906 executor...", log, StringComparison.Ordinal);
        Assert.Contains("disk of base", log, StringComparison.Ordinal);
        Assert.Contains("in-git", log, StringComparison.Ordinal);
        var states = Directory.GetFiles(Path.Combine(kit, "vms"), "state", SearchOption.AllDirectories);
        Assert.Equal(2, states.Length);
        Assert.All(states, state => Assert.Equal("poweroff\n", File.ReadAllText(state)));

        sha = await server.PushAsync(project, ("more", ""));
        await RunningProcess.RunAsync(GantryBinary.Path, [.. flags, "--executor", "parallels"], environment);

        pipeline = await server.PipelineAsync(project, sha);
        log = await server.TraceAsync(project, (await server.JobsAsync(project, pipeline))[0]);
        Assert.Equal("failed", pipeline.GetProperty("status").GetString());
        Assert.Contains("parallels works only on \"darwin\" platform", log, StringComparison.Ordinal);
    }

    public void Dispose() => _scratch.Dispose();

    private static async Task MakeAsync(string kit)
    {
        foreach (var script in new[] { "vboxmanage", "prlctl", "machines.sh" })
        {
            File.CreateSymbolicLink(Path.Combine(kit, script), Path.Combine(GantryBinary.Root, "tests/Gantry.Executors.Tests/VirtualMachines/Kit", script));
        }

        foreach (var key in new[] { "host", "user" })
        {
            await RunningProcess.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(kit, key)]);
        }

        File.Copy(Path.Combine(kit, "user.pub"), Path.Combine(kit, "authorized_keys"));
        var disk = Directory.CreateDirectory(Path.Combine(kit, "vms/base/disk")).FullName;
        Directory.CreateDirectory("/run/sshd");
        await File.WriteAllTextAsync(Path.Combine(disk, "os"), "disk of base\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(kit, "vms/base/state"), "poweroff\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(kit, "live"), kit + "\n", TestContext.Current.CancellationToken);
    }
}
