using System.Globalization;
using Gantry.Executors.Machines;
using Gantry.Executors.Ssh;

namespace Gantry.Executors.DockerSsh;

/// <summary>The ssh server of a machine of docker-machine, through which its containers are reached.</summary>
public static class MachineDoor
{
    /// <summary>Beside what the tool keeps of the machine, so that it goes with it.</summary>
    private const string KnownHosts = "gantry_known_hosts";

    /// <summary>
    /// The tool believes every key that a machine shows, and keeps none. Here the first one is kept, and no other is believed as long as the
    /// machine lives, whatever address and port it gets.
    /// </summary>
    public static SshSettings Of(MachineLogin login) => new()
    {
        IsConfigured = true,
        Table = $"docker-machine's config.json of {login.Machine}",
        KeyName = "SSHKeyPath",
        Host = login.Host,
        Port = login.Port.ToString(CultureInfo.InvariantCulture),
        User = login.User,
        IdentityFile = login.KeyFile,
        KeptAs = login.Machine,
        KnownHostsFile = Path.Combine(login.Folder, KnownHosts),
    };
}
