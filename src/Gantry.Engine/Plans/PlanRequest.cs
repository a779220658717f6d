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

    /// <summary>The same job once its place has said what it is like.</summary>
    public PlanRequest Answered(PlaceAnswers answers) => this with
    {
        Runner = Runner with
        {
            BuildsFolder = answers.BuildsFolder ?? Runner.BuildsFolder,
            CacheFolder = answers.CacheFolder ?? Runner.CacheFolder,
            HostName = answers.HostName ?? Runner.HostName,
            Shell = answers.Shell ?? Runner.Shell,
        },
        Defaults = Defaults with { FoldersComeLater = false, SharedBuildsFolder = answers.SharedBuildsFolder ?? Defaults.SharedBuildsFolder },
    };
}

/// <summary>What one job's place says of itself; null: the settings hold. An empty text is an answer.</summary>
public sealed record PlaceAnswers
{
    public string? BuildsFolder { get; init; }
    public string? CacheFolder { get; init; }
    public bool? SharedBuildsFolder { get; init; }
    public string? HostName { get; init; }
    public string? Shell { get; init; }
}

/// <summary>What the executor brings when the runner entry is silent (official-job-protocol §5.5).</summary>
public sealed record PlanDefaults
{
    public required string? BuildsFolder { get; init; }
    public required string? CacheFolder { get; init; }

    /// <summary>Folders are not known yet and no plan fails for want of them; it has none.</summary>
    public bool FoldersComeLater { get; init; }

    public required bool SharedBuildsFolder { get; init; }
    public required bool SharedEnvironment { get; init; }
    public required bool CustomBuildDirAllowed { get; init; }
    public required bool SafeDirectoryCheckout { get; init; }
    public required bool CleanGitConfig { get; init; }
    public required string Shell { get; init; }

    /// <inheritdoc cref="JobPlan.PlaceIsWindows"/>
    public bool PlaceIsWindows { get; init; }
}

/// <summary>PEM texts; null where there is none.</summary>
public sealed record TlsContents
{
    public string? CaChain { get; init; }
    public string? Certificate { get; init; }
    public Secret Key { get; init; }
}
