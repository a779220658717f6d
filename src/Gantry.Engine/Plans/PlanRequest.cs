using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>Everything a plan is computed from; <see cref="JobPlanner.Compile"/> asks nobody else.</summary>
public sealed record PlanRequest
{
    public required JobPayload Payload { get; init; }
    public required RunnerSettings Runner { get; init; }
    public required PlanDefaults Defaults { get; init; }
    public required JobNumbers Numbers { get; init; }

    /// <summary>Resolved secrets: masked, raw, files by default. They come after nearly everything else (§5.1).</summary>
    public IReadOnlyList<JobVariable> Secrets { get; init; } = [];

    /// <summary>Contents behind <c>tls-*-file</c> and the server's certificate chain.</summary>
    public TlsContents Tls { get; init; } = new();
}

/// <summary>What the executor brings when the runner entry is silent (official-job-protocol §5.5).</summary>
public sealed record PlanDefaults
{
    public required string? BuildsFolder { get; init; }
    public required string? CacheFolder { get; init; }
    public required bool SharedBuildsFolder { get; init; }
    public required bool SharedEnvironment { get; init; }
    public required bool CustomBuildDirAllowed { get; init; }
    public required bool SafeDirectoryCheckout { get; init; }
    public required bool CleanGitConfig { get; init; }
    public required string Shell { get; init; }
}

/// <summary>PEM texts; null where there is none.</summary>
public sealed record TlsContents
{
    public string? CaChain { get; init; }
    public string? Certificate { get; init; }
    public Secret Key { get; init; }
}
