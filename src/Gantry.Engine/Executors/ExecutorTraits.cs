using Gantry.Protocol.Runners;

namespace Gantry.Engine.Executors;

/// <summary>Defaults and abilities of an executor (official-executors §1.2, official-job-protocol §1.9, §5.5).</summary>
public sealed record ExecutorTraits
{
    /// <summary>Default <c>builds_dir</c>; null when the settings must give one.</summary>
    public required string? DefaultBuildsFolder { get; init; }

    /// <summary>Default <c>cache_dir</c>; null when the settings must give one.</summary>
    public required string? DefaultCacheFolder { get; init; }

    /// <summary>
    /// Each job's place says itself where its folders are: the executor is given a plan without folders and asks for the final one
    /// (<see cref="EnvironmentRequest.Replan"/>).
    /// </summary>
    public bool FoldersComeLater { get; init; }

    /// <summary>Several jobs share one builds folder, so paths carry the concurrency numbers.</summary>
    public required bool SharedBuildsFolder { get; init; }

    /// <summary><c>CI_SHARED_ENVIRONMENT</c> rather than <c>CI_DISPOSABLE_ENVIRONMENT</c>; global git configuration stays untouched.</summary>
    public required bool SharedEnvironment { get; init; }

    /// <summary>Default of <c>custom_build_dir.enabled</c>.</summary>
    public required bool CustomBuildDirAllowed { get; init; }

    /// <summary>Default of <c>safe_directory_checkout</c>.</summary>
    public required bool SafeDirectoryCheckout { get; init; }

    /// <summary>Default of <c>clean_git_config</c>.</summary>
    public required bool CleanGitConfig { get; init; }

    /// <summary>The shell when the runner entry names none: <c>bash</c>, <c>powershell</c> or <c>pwsh</c>.</summary>
    public required string DefaultShell { get; init; }

    /// <inheritdoc cref="Plans.JobPlan.PlaceIsWindows"/>
    public bool PlaceIsWindows { get; init; }

    /// <summary>
    /// The first line of <c>prepare_script</c> says <c>Running on HOST via RUNNER...</c> (places on another host)
    /// rather than <c>Running on HOST...</c>.
    /// </summary>
    public required bool NamesRunnerHost { get; init; }

    /// <summary>The second line of the prepare section, such as <c>Using Shell (bash) executor...</c>; null when the executor prints its own.</summary>
    public required string? Announcement { get; init; }

    /// <summary>The executor's own feature bits; the shell's and the client's are added by the engine.</summary>
    public required RunnerFeatures Features { get; init; }
}
