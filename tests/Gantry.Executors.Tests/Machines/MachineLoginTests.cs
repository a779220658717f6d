using Gantry.Engine.Executors;
using Gantry.Executors.Machines;
using Gantry.Protocol;

namespace Gantry.Executors.Tests.Machines;

/// <summary>How machines are entered by ssh.</summary>
public sealed class MachineLoginTests
{
    [Fact]
    public void The_way_into_a_machine_is_the_one_that_docker_machine_wrote_down()
    {
        using var bench = new MachineBench();
        var access = new MachineAccess("auto-1", "tcp://10.0.0.7:2376", bench.Folder, bench.Folder);
        File.WriteAllText(Path.Combine(bench.Folder, "id_rsa"), "key");
        var key = Path.Combine(bench.Folder, "other");
        File.WriteAllText(key, "key");

        Write(bench, """{"DriverName":"amazonec2","Driver":{"SSHUser":"ubuntu","SSHPort":2222,"SSHKeyPath":""}}""");
        Assert.Equal(new MachineLogin("auto-1", "10.0.0.7", 2222, "ubuntu", Path.Combine(bench.Folder, "id_rsa"), bench.Folder), MachineLogin.Of(access));

        // VirtualBox's machines are behind a port of this computer, whatever their address is; what is not said is ssh's own.
        Write(bench, $$"""{"DriverName":"virtualbox","Driver":{"SSHKeyPath":"{{key}}" } }""");
        Assert.Equal(new MachineLogin("auto-1", "127.0.0.1", 22, "root", key, bench.Folder), MachineLogin.Of(access));
    }

    [Theory]
    [InlineData("""{"DriverName":"none","Driver":{"URL":"tcp://10.0.0.7:2376"}}""", "its driver is none")]
    [InlineData("""{"DriverName":"google","Driver":{"SSHKeyPath":"/nowhere/id_rsa"}}""", "there is no key /nowhere/id_rsa")]
    public void A_machine_without_ssh_access_is_refused_with_what_to_do(string config, string why)
    {
        using var bench = new MachineBench();
        Write(bench, config);

        var refused = Assert.Throws<EnvironmentException>(() => MachineLogin.Of(new MachineAccess("auto-1", "tcp://10.0.0.7:2376", bench.Folder, bench.Folder)));

        Assert.Equal(FailureReason.RunnerConfigurationError, refused.Reason);
        Assert.Contains($"docker-machine has no way into machine auto-1 by ssh ({why})", refused.Message, StringComparison.Ordinal);
        Assert.Contains("or the executor docker+machine", refused.Message, StringComparison.Ordinal);
    }

    private static void Write(MachineBench bench, string config) => File.WriteAllText(Path.Combine(bench.Folder, "config.json"), config);
}
