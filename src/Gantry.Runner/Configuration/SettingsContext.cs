using Gantry.Engine.Plans;

namespace Gantry.Runner.Configuration;

/// <summary>What settings need besides the file. Filled by the composition root.</summary>
public sealed record SettingsContext
{
    /// <summary>Looks up an environment variable; null when unset.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary><c>certs</c> of the default configuration folder: <c>--config</c> does not move it.</summary>
    public required string CertificatesFolder { get; init; }

    public required string HostName { get; init; }

    /// <summary>Absolute path of the running executable.</summary>
    public required string ExecutablePath { get; init; }

    public required ProductVersion Version { get; init; }
}
