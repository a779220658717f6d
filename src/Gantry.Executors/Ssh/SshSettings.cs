using Gantry.Engine;

namespace Gantry.Executors.Ssh;

/// <summary><c>[runners.ssh]</c> (official-executors §10).</summary>
public sealed record SshSettings
{
    /// <summary>The table is in the file at all.</summary>
    public bool IsConfigured { get; init; }

    public string Host { get; init; } = "localhost";

    /// <summary>As written: the file has it as text.</summary>
    public string Port { get; init; } = "22";

    public string User { get; init; } = "root";

    /// <summary>Only offered to the server when there is one.</summary>
    public Secret Password { get; init; }

    /// <summary>An unencrypted private key; empty: none.</summary>
    public string IdentityFile { get; init; } = "";

    /// <summary>Whoever answers is believed to be the host.</summary>
    public bool AcceptsAnyHostKey { get; init; }

    public required string KnownHostsFile { get; init; }
}
