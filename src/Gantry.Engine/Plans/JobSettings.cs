namespace Gantry.Engine.Plans;

/// <summary>What a job says through its variables about how the runner should work (official-job-protocol §5.4).</summary>
public sealed record JobSettings
{
    public required GitStrategy Strategy { get; init; }
    public required bool Checkout { get; init; }

    /// <summary>Null when the value is unknown: get_sources then fails (trap 10).</summary>
    public required SubmoduleStrategy? Submodules { get; init; }

    /// <summary>The value behind <see cref="Submodules"/> as written.</summary>
    public required string SubmodulesText { get; init; }

    public required IReadOnlyList<string> SubmodulePaths { get; init; }
    public required int SubmoduleDepth { get; init; }
    public required IReadOnlyList<string> SubmoduleUpdateFlags { get; init; }
    public required bool SubmoduleForceHttps { get; init; }
    public required IReadOnlyList<string> CleanFlags { get; init; }
    public required IReadOnlyList<string> CloneExtraFlags { get; init; }
    public required IReadOnlyList<string> FetchExtraFlags { get; init; }

    /// <summary>The user set <c>GIT_LFS_SKIP_SMUDGE</c>: large files stay pointers.</summary>
    public required bool LfsSkipSmudge { get; init; }

    public required int GetSourcesAttempts { get; init; }
    public required int DownloadArtifactsAttempts { get; init; }
    public required int RestoreCacheAttempts { get; init; }
    public required int ExecutorSectionAttempts { get; init; }
    public required int SecretsAttempts { get; init; }
    public required bool AfterScriptIgnoreErrors { get; init; }

    /// <summary>Minutes.</summary>
    public required int CacheRequestTimeout { get; init; }

    public required bool DebugTrace { get; init; }
    public required bool DebugServices { get; init; }

    /// <summary>The element that git would read as "everything but": a bare <c>:(exclude)</c>.</summary>
    public bool SubmodulePathsAreBroken => SubmodulePaths.Any(path => path is ":(exclude)" or ":!" or ":^");

    internal static JobSettings Read(JobVariables variables, bool allowFetch, int depth, bool debugDisabled, List<string> warnings)
    {
        var reader = new SettingReader(variables, warnings);
        var submodules = reader.OneOf("GIT_SUBMODULE_STRATEGY", ["normal", "recursive", "none"], null) ?? reader.Text("GIT_SUBMODULE_STRATEGY");
        return new JobSettings
        {
            Strategy = StrategyOf(reader, allowFetch),
            Checkout = reader.Boolean("GIT_CHECKOUT", true),
            Submodules = submodules switch
            {
                "" or "none" => SubmoduleStrategy.None,
                "normal" => SubmoduleStrategy.Normal,
                "recursive" => SubmoduleStrategy.Recursive,
                _ => null,
            },
            SubmodulesText = submodules,
            SubmodulePaths = reader.Text("GIT_SUBMODULE_PATHS").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries),
            SubmoduleDepth = reader.Number("GIT_SUBMODULE_DEPTH", depth),
            SubmoduleUpdateFlags = reader.Words("GIT_SUBMODULE_UPDATE_FLAGS"),
            SubmoduleForceHttps = reader.Boolean("GIT_SUBMODULE_FORCE_HTTPS", false),
            CleanFlags = reader.Words("GIT_CLEAN_FLAGS", "-ffdx"),
            CloneExtraFlags = reader.Words("GIT_CLONE_EXTRA_FLAGS"),
            FetchExtraFlags = reader.Words("GIT_FETCH_EXTRA_FLAGS", "--prune", "--quiet"),
            LfsSkipSmudge = reader.Boolean("GIT_LFS_SKIP_SMUDGE", false),
            GetSourcesAttempts = reader.Attempts("GET_SOURCES_ATTEMPTS"),
            DownloadArtifactsAttempts = reader.Attempts("ARTIFACT_DOWNLOAD_ATTEMPTS"),
            RestoreCacheAttempts = reader.Attempts("RESTORE_CACHE_ATTEMPTS"),
            ExecutorSectionAttempts = reader.Attempts("EXECUTOR_JOB_SECTION_ATTEMPTS"),
            SecretsAttempts = reader.Attempts("SECRETS_RETRIEVAL_ATTEMPTS"),
            AfterScriptIgnoreErrors = reader.Boolean("AFTER_SCRIPT_IGNORE_ERRORS", true),
            CacheRequestTimeout = reader.Number("CACHE_REQUEST_TIMEOUT", 10),
            DebugTrace = Debug(reader, "CI_DEBUG_TRACE", debugDisabled, warnings),
            DebugServices = Debug(reader, "CI_DEBUG_SERVICES", debugDisabled, warnings),
        };
    }

    private static GitStrategy StrategyOf(SettingReader reader, bool allowFetch) =>
        reader.OneOf("GIT_STRATEGY", ["clone", "fetch", "none", "empty"], allowFetch ? "fetch" : "clone") switch
        {
            "clone" => GitStrategy.Clone,
            "fetch" => GitStrategy.Fetch,
            "none" => GitStrategy.None,
            "empty" => GitStrategy.Empty,
            _ => allowFetch ? GitStrategy.Fetch : GitStrategy.Clone,
        };

    private static bool Debug(SettingReader reader, string name, bool disabled, List<string> warnings)
    {
        if (!reader.Boolean(name, false))
        {
            return false;
        }

        if (disabled)
        {
            warnings.Add($"{name}: usage is disabled on this Runner");
        }

        return !disabled;
    }
}

/// <summary>How the sources come to the job: <c>GIT_STRATEGY</c>.</summary>
public enum GitStrategy
{
    Fetch,
    Clone,

    /// <summary>Leave the folder as it is.</summary>
    None,

    /// <summary>Begin with an empty folder of its own.</summary>
    Empty,
}

/// <summary><c>GIT_SUBMODULE_STRATEGY</c>.</summary>
public enum SubmoduleStrategy
{
    None,
    Normal,
    Recursive,
}
