namespace Gantry.Runner.Configuration;

/// <summary>A whole configuration file as an immutable snapshot. A reload makes a new one.</summary>
public sealed record RunnerDaemonSettings
{
    /// <summary>The file it came from.</summary>
    public required string Path { get; init; }

    /// <summary>Modification time (UTC) of what was read; null while there is no file.</summary>
    public required DateTime? WrittenAt { get; init; }

    /// <summary>Jobs at once in this process. An explicit value below 1 is kept: <c>run</c> refuses it.</summary>
    public int Concurrent { get; init; } = 1;

    /// <summary>One polling cycle over all entries.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>As written; null when not given.</summary>
    public string? LogLevel { get; init; }

    /// <summary>As written; null when not given.</summary>
    public string? LogFormat { get; init; }

    /// <summary>Where errors are reported; empty: nowhere.</summary>
    public Engine.Secret SentryDsn { get; init; }

    /// <summary>Of the metrics server; empty: off.</summary>
    public string ListenAddress { get; init; } = "";

    public SessionServerSettings SessionServer { get; init; } = new();

    /// <summary>Zero: connections are kept as long as they live.</summary>
    public TimeSpan ConnectionMaxAge { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a forceful shutdown may take.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What happens to machines of docker+machine when the process stops.</summary>
    public Gantry.Executors.Machines.MachineDrain MachineDrain { get; init; } = new();

    public required string SystemId { get; init; }
    public required IReadOnlyList<RunnerEntry> Runners { get; init; }

    /// <summary>Of the file, for commands that edit it.</summary>
    public required ConfigDocument Document { get; init; }
}

/// <summary><c>[session_server]</c>.</summary>
public sealed record SessionServerSettings
{
    /// <summary>Empty: off.</summary>
    public string ListenAddress { get; init; } = "";

    /// <summary>Empty: the listen address is advertised.</summary>
    public string AdvertiseAddress { get; init; } = "";

    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(1800);
}
