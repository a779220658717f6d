namespace Gantry.Engine.Plans;

/// <summary>
/// One runner entry of <c>config.toml</c> as far as jobs are concerned: an immutable snapshot that a job keeps while
/// the file is reloaded. Keys and defaults: official-cli-config §2.5.1. Settings of one executor only live with that executor.
/// </summary>
public sealed record RunnerSettings
{
    /// <summary>The local name of the entry.</summary>
    public required string Name { get; init; }

    /// <summary>The instance's address as configured.</summary>
    public required string Url { get; init; }

    public required Secret Token { get; init; }

    /// <summary>First nine characters of the token without its prefix (official-job-protocol §5.5); not a secret.</summary>
    public required string ShortToken { get; init; }

    /// <summary>The server's number of this runner; 0 when unknown.</summary>
    public long Id { get; init; }

    public required string SystemId { get; init; }
    public required string Executor { get; init; }

    /// <summary><c>bash</c>, <c>sh</c>, <c>pwsh</c> or <c>powershell</c>; null for the executor's default.</summary>
    public string? Shell { get; init; }

    public string? BuildsFolder { get; init; }
    public string? CacheFolder { get; init; }
    public string? CloneUrl { get; init; }

    /// <summary><c>KEY=VALUE</c> entries in file order.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Flags fixed by the operator; a job cannot change them.</summary>
    public IReadOnlyDictionary<string, bool> FeatureFlags { get; init; } = new Dictionary<string, bool>();

    public string? PreGetSourcesScript { get; init; }
    public string? PostGetSourcesScript { get; init; }
    public string? PreBuildScript { get; init; }
    public string? PostBuildScript { get; init; }

    /// <summary>Null: the executor's default.</summary>
    public bool? CustomBuildDirEnabled { get; init; }

    /// <summary>Null: the executor's default.</summary>
    public bool? SafeDirectoryCheckout { get; init; }

    /// <summary>Null: the executor's default.</summary>
    public bool? CleanGitConfig { get; init; }

    public bool DebugTraceDisabled { get; init; }

    /// <summary>KiB; 0 means 4096.</summary>
    public long OutputLimitKiB { get; init; }

    /// <summary>KiB of the end of a log that is too long, kept besides; 0: none.</summary>
    public long OutputTailKiB { get; init; }

    public TimeSpan? PrepareTimeout { get; init; }
    public TimeSpan? GetSourcesTimeout { get; init; }

    /// <summary>Between the terminate signal and the kill.</summary>
    public TimeSpan GracefulKillTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After the kill, before giving up on the process.</summary>
    public TimeSpan ForceKillTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int FinalUpdateRetryLimit { get; init; } = 10;
    public string? TlsCaFile { get; init; }
    public string? TlsCertFile { get; init; }
    public string? TlsKeyFile { get; init; }
    public ArtifactSettings Artifact { get; init; } = new();

    /// <summary>Host name in <c>Running on …</c>.</summary>
    public required string HostName { get; init; }

    /// <summary>Absolute path of the running executable: it is the helper command of places on this machine.</summary>
    public required string ExecutablePath { get; init; }

    /// <summary>Shown in the log header and sent in user agents.</summary>
    public required ProductVersion Version { get; init; }
}

/// <summary><c>[runners.artifact]</c>.</summary>
public sealed record ArtifactSettings
{
    public TimeSpan UploadTimeout { get; init; } = TimeSpan.FromHours(1);
    public TimeSpan ResponseHeaderTimeout { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>What the executable calls itself.</summary>
/// <param name="Name">Product name in the job log and user agent.</param>
/// <param name="Version">Semantic version.</param>
/// <param name="Revision">Short commit.</param>
/// <param name="Platform">Go's operating system name.</param>
/// <param name="Architecture">Go's processor name.</param>
public sealed record ProductVersion(string Name, string Version, string Revision, string Platform, string Architecture);
