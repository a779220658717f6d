using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>
/// A job compiled to data: what the payload, the runner entry and the executor's defaults come to. Pure and immutable;
/// the walker in <c>Running</c> and the executors read it, nobody computes it twice.
/// </summary>
public sealed record JobPlan
{
    public required JobPayload Payload { get; init; }
    public required RunnerSettings Runner { get; init; }

    /// <summary>The full list in precedence order, with expansion (official-job-protocol §5.1, §5.2).</summary>
    public required JobVariables Variables { get; init; }

    public required JobFolders Folders { get; init; }
    public required FeatureFlags Flags { get; init; }
    public required JobNumbers Numbers { get; init; }

    /// <summary>What the job says through its variables about how to work.</summary>
    public required JobSettings Settings { get; init; }

    /// <summary><c>bash</c>, <c>sh</c>, <c>pwsh</c> or <c>powershell</c>.</summary>
    public required string Shell { get; init; }

    /// <summary>Scripts run on Windows, whatever this machine is: line ends, and backslashes between the parts of a path.</summary>
    public bool PlaceIsWindows { get; init; }

    /// <summary>The job image, expanded; null when the job and the runner name none.</summary>
    public string? Image { get; init; }

    /// <summary>The job's image with its options, name and alias expanded; null when the job names none.</summary>
    public JobImage? ImageOptions { get; init; }

    /// <summary>In payload order, names and aliases expanded.</summary>
    public IReadOnlyList<PlannedService> Services { get; init; } = [];

    public required TimeSpan Timeout { get; init; }

    /// <summary>The ref is protected: its cache is kept apart (§5.2).</summary>
    public bool IsProtected => Payload.GitInfo.Protected
        ?? new JobVariables([.. Payload.Variables.Where(v => v.Key == "CI_COMMIT_REF_PROTECTED").Take(1)]).IsTrue("CI_COMMIT_REF_PROTECTED");

    /// <summary>In the order they run (official-job-protocol §4.1).</summary>
    public required IReadOnlyList<PlannedStage> Stages { get; init; }

    /// <summary>Everything wrong with settings in variables, printed as one warning (§4.1 step 7).</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary><c>runner-SHORT-project-ID-concurrent-N</c>, RFC 1123 (§5.5): container and host names.</summary>
    public required string UniqueName { get; init; }

    /// <summary>Values that must not reach a log: masked variables and the tokens of jobs whose artifacts are fetched.</summary>
    public IReadOnlyList<string> MaskPhrases =>
        [.. Variables.MaskPhrases, .. Payload.Dependencies.Select(d => d.Token).Where(t => t.Length > 0)];

    /// <summary>Other jobs use the same machine: global git configuration stays untouched.</summary>
    public required bool SharedEnvironment { get; init; }

    /// <summary>Git is told that the checkout may belong to another user.</summary>
    public required bool SafeDirectoryCheckout { get; init; }

    /// <summary>Repository configuration and hooks of the last job are removed.</summary>
    public required bool CleanGitConfig { get; init; }
}

/// <summary>Lowest free numbers among the jobs that run now (official-job-protocol §5.5).</summary>
/// <param name="Runner">Among jobs of the same runner token: <c>CI_CONCURRENT_ID</c>.</param>
/// <param name="Project">Among jobs of the same runner and project: <c>CI_CONCURRENT_PROJECT_ID</c>.</param>
public readonly record struct JobNumbers(int Runner, int Project);

/// <summary>Where the job's files are, as seen by its scripts (§5.5).</summary>
/// <param name="Builds"><c>builds_dir</c>.</param>
/// <param name="Project">The checkout: <c>CI_PROJECT_DIR</c>.</param>
/// <param name="Cache">The job's local cache folder.</param>
public sealed record JobFolders(string Builds, string Project, string Cache)
{
    /// <summary>While the place has not said where they are.</summary>
    internal static readonly JobFolders Unknown = new("", "", "");

    /// <summary>A sibling of the checkout: <c>RUNNER_TEMP_PROJECT_DIR</c>.</summary>
    public string Temporary => Project + ".tmp";
}
