using Gantry.Engine;
using Gantry.Executors.Ssh;

namespace Gantry.Runner.Configuration;

/// <summary>From <c>[runners.ssh]</c> to the ssh executor's settings.</summary>
public static class SshSettingsReader
{
    /// <param name="entry">The runner.</param>
    /// <param name="home">Of the runner's user, where ssh keeps its own files.</param>
    public static SshSettings Read(RunnerEntry entry, string home) => Read(entry.Table.Table("ssh"), home);

    /// <summary>
    /// The same for containers, which have a new address each time: their keys are judged only when the file wants it
    /// (<c>disable_strict_host_key_checking = false</c>).
    /// </summary>
    public static SshSettings ReadForContainers(RunnerEntry entry, string home) => Read(entry, home) with
    {
        AcceptsAnyHostKey = entry.Table.TableOrEmpty("ssh").OptionalBoolean("disable_strict_host_key_checking") ?? true,
    };

    internal static SshSettings Read(ConfigTable? ssh, string home)
    {
        var known = ssh?.Text("known_hosts_file") is { Length: > 0 } named ? named : Path.Combine(home, ".ssh", "known_hosts");
        return ssh is null ? new SshSettings { KnownHostsFile = known } : new SshSettings
        {
            IsConfigured = true,
            Host = ssh.Text("host") is { Length: > 0 } host ? host : "localhost",
            Port = ssh.Text("port") is { Length: > 0 } port ? port : "22",
            User = ssh.Text("user") is { Length: > 0 } user ? user : "root",
            Password = new Secret(ssh.Text("password")),
            IdentityFile = ssh.Text("identity_file"),
            AcceptsAnyHostKey = ssh.Boolean("disable_strict_host_key_checking"),
            KnownHostsFile = known,
        };
    }
}
