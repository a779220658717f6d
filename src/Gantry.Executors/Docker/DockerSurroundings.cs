namespace Gantry.Executors.Docker;

/// <summary>What the executor takes from the process's surroundings. The composition root reads it; nothing here asks the environment.</summary>
public sealed record DockerSurroundings
{
    /// <summary><c>DOCKER_HOST</c>.</summary>
    public string Host { get; init; } = "";

    /// <summary><c>DOCKER_CERT_PATH</c>.</summary>
    public string CertPath { get; init; } = "";

    /// <summary><c>DOCKER_TLS_VERIFY</c> is set to something.</summary>
    public bool TlsVerify { get; init; }

    /// <summary><c>DOCKER_API_VERSION</c>; empty to agree with the engine.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>Home folder of the runner's user, or of <c>--user</c>: holds <c>.docker/config.json</c>. Null when unknown.</summary>
    public string? HomeFolder { get; init; }

    /// <summary>Identifies the runner process over restarts: everything made for jobs carries it, and the sweep looks for it. Empty for none.</summary>
    public string OwnerId { get; init; } = "";

    /// <summary>Identifies this process among those with the same <see cref="OwnerId"/>: the sweep leaves its things alone.</summary>
    public string ProcessId { get; init; } = "";

    /// <summary>Set when <see cref="StateFolder"/> ends with the process; null for none.</summary>
    public EngineNotes? Notes { get; init; }

    /// <summary>A folder of the runner's own (0700) that outlives jobs: mirrors and checkouts.</summary>
    public required string StateFolder { get; init; }
}

/// <summary>Where processes that live for one pipeline leave each other word of what an engine can do.</summary>
/// <param name="Folder">Holds the word; made when needed (0700).</param>
/// <param name="FoldersAreIn">The folder in which each of these processes makes its own: what holds for one holds for the next.</param>
public sealed record EngineNotes(string Folder, string FoldersAreIn);
