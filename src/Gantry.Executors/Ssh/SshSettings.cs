using System.Globalization;
using Gantry.Engine;

namespace Gantry.Executors.Ssh;

/// <summary><c>[runners.ssh]</c> (official-executors §10).</summary>
public sealed record SshSettings
{
    /// <summary>Firewalls forget connections on which nothing is said, and a server that is gone is noticed by what it does not take.</summary>
    public static readonly TimeSpan UsualKeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>The table is in the file at all.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>Where the settings stand, for messages.</summary>
    public string Table { get; init; } = "[runners.ssh]";

    /// <summary>The key of <see cref="IdentityFile"/> there.</summary>
    public string KeyName { get; init; } = "identity_file";

    public string Host { get; init; } = "localhost";

    /// <summary>As written: the file has it as text.</summary>
    public string Port { get; init; } = "22";

    /// <summary>What is wrong with the port; null: nothing.</summary>
    internal string? PortProblem => PortNumber is null ? $"port = \"{Port}\" of {Table} is no port: a number from 1 to 65535 is expected" : null;

    internal int? PortNumber => int.TryParse(Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;

    public string User { get; init; } = "root";

    /// <summary>Only offered to the server when there is one.</summary>
    public Secret Password { get; init; }

    /// <summary>An unencrypted private key; empty: none.</summary>
    public string IdentityFile { get; init; } = "";

    /// <summary>The key itself, where it is in no file.</summary>
    public Secret IdentityKey { get; init; }

    /// <summary>How often something is said when there is nothing to say.</summary>
    public TimeSpan KeepAlive { get; init; } = UsualKeepAlive;

    /// <summary>The host's own public keys (kind and key, as in <c>/etc/ssh/*.pub</c>), where somebody knows them: no other is believed. None: the file decides.</summary>
    public IReadOnlyList<string> HostKeys { get; init; } = [];

    /// <summary>Whoever answers is believed to be the host.</summary>
    public bool AcceptsAnyHostKey { get; init; }

    /// <summary>
    /// The file is the host's alone, and this the only name in it, whatever address and port the host has: the first key that is shown is
    /// believed and kept there, and no other from then on. Null: keys are known by address and port.
    /// </summary>
    public string? KeptAs { get; init; }

    public required string KnownHostsFile { get; init; }

    /// <summary>The port of this computer that leads to the host (see <see cref="SshPassage"/>); null: it is connected to itself.</summary>
    internal IEntrance? Entrance { get; init; }

    /// <summary>
    /// The virtual machine that the host is a copy of. Copies have addresses that change and the keys of their original, so these are
    /// known under its name, too. Null: the host is nobody's copy.
    /// </summary>
    public string? CopyOf { get; init; }
}
