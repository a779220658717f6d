using System.Security.Cryptography;
using System.Text;
using Gantry.Engine.Plans;

namespace Gantry.CommandLine;

/// <summary>Facts of this machine and process that settings start from.</summary>
/// <param name="IsRoot">User id 0: system mode (official-cli-config §3.5).</param>
/// <param name="Home">The home folder; empty when it cannot be found.</param>
/// <param name="WorkingFolder">Where the process was started.</param>
/// <param name="HostName">As <c>hostname</c> says it.</param>
/// <param name="ExecutablePath">This program, absolute.</param>
/// <param name="Version">What it calls itself.</param>
internal sealed record HostFacts(
    bool IsRoot, string Home, string WorkingFolder, string HostName, string ExecutablePath, ProductVersion Version)
{
    /// <summary><c>/etc/gitlab-runner</c> or <c>~/.gitlab-runner</c> (§3.6).</summary>
    public string ConfigurationFolder => IsRoot ? "/etc/gitlab-runner" : Path.Combine(Home, ".gitlab-runner");

    public string ConfigurationFile => Path.Combine(ConfigurationFolder, "config.toml");

    /// <summary>Gantry's own state: journals, mirrors.</summary>
    public string StateFolder => IsRoot ? "/var/lib/gantry" : Path.Combine(Home, ".local", "state", "gantry");

    /// <summary>
    /// The state of the daemon of one configuration file: daemons of several files on a machine do not share journals.
    /// The official place of the file has <see cref="StateFolder"/> itself.
    /// </summary>
    public string StateFolderOf(string configPath) => configPath == ConfigurationFile
        ? StateFolder
        : Path.Combine(StateFolder, "of-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(configPath)))[..12]);
}
