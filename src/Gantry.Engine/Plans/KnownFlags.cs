namespace Gantry.Engine.Plans;

/// <summary>The flags GitLab's runner knows, with their defaults (official-job-protocol §5.3). Jobs see each as a variable.</summary>
public static class KnownFlags
{
    public const string Timestamps = "FF_TIMESTAMPS";
    public const string NetworkPerBuild = "FF_NETWORK_PER_BUILD";
    public const string ExitCodeCheck = "FF_ENABLE_BASH_EXIT_CODE_CHECK";
    public const string LegacyBashEval = "FF_USE_LEGACY_BASH_EVAL";
    public const string ScriptSections = "FF_SCRIPT_SECTIONS";
    public const string PosixEscapes = "FF_POSIXLY_CORRECT_ESCAPES";
    public const string JobCleanup = "FF_ENABLE_JOB_CLEANUP";
    public const string NativeClone = "FF_USE_GIT_NATIVE_CLONE";
    public const string CleanFailedCache = "FF_CLEAN_UP_FAILED_CACHE_EXTRACT";
    public const string UrlsWithoutTokens = "FF_GIT_URLS_WITHOUT_TOKENS";
    public const string ProactiveAuth = "FF_USE_GIT_PROACTIVE_AUTH";
    public const string BundleUris = "FF_USE_GIT_BUNDLE_URIS";
    public const string GitalyCorrelation = "FF_USE_GITALY_CORRELATION_ID";
    public const string HashCacheKeys = "FF_HASH_CACHE_KEYS";
    public const string ExponentialRetry = "FF_USE_EXPONENTIAL_BACKOFF_STAGE_RETRY";
    public const string MaskAllTokens = "FF_MASK_ALL_DEFAULT_TOKENS";
    public const string InputInterpolation = "FF_ENABLE_JOB_INPUTS_INTERPOLATION";
    public const string SecretsMustExist = "FF_SECRET_RESOLVING_FAILS_IF_MISSING";

    /// <summary>Gantry's own: a failing script names its line and what its exit code means.</summary>
    public const string ExplainFailures = "FF_EXPLAIN_FAILURES";

    public static IReadOnlyDictionary<string, bool> Defaults { get; } = Build();

    /// <summary>Flags of the executors there are that change nothing here, with the reason. Whoever sets one is told.</summary>
    private static readonly Dictionary<string, string> WithoutEffect = new(StringComparer.Ordinal)
    {
        ["FF_USE_FASTZIP"] = "there is one archiver, which uses all processors",
        ["FF_USE_PARALLEL_ARTIFACT_TRANSFER"] = "there is one way of transfer",
        ["FF_USE_PARALLEL_CACHE_TRANSFER"] = "there is one way of transfer",
        ["FF_USE_LEGACY_S3_CACHE_ADAPTER"] = "there is one implementation of the store",
        ["FF_USE_LEGACY_GCS_CACHE_ADAPTER"] = "there is one implementation of the store",
        ["FF_RESOLVE_FULL_TLS_CHAIN"] = "jobs get the authorities of tls-ca-file; no issuer is looked up in the network",
        ["FF_USE_POWERSHELL_PATH_RESOLVER"] = "paths are relative to the folder the script is in",
        ["FF_USE_NATIVE_CONTAINER_STOP"] = "processes get the signal first, then the engine ends the container",
        ["FF_USE_WINDOWS_LEGACY_PROCESS_STRATEGY"] = "jobs on Windows are not supported yet",
        ["FF_USE_WINDOWS_JOB_OBJECT"] = "jobs on Windows are not supported yet",
        ["FF_SCRIPT_TO_STEP_MIGRATION"] = "scripts are run by the shell; there is no step runner",
        ["FF_CONCRETE"] = "scripts are run by the shell; there is no step runner",
        ["FF_USE_LEGACY_KUBERNETES_EXECUTION_STRATEGY"] = "scripts in pods are commands of their own in any case",
        ["FF_USE_DUMB_INIT_WITH_KUBERNETES_EXECUTOR"] = "the first process of a build container leaves nothing behind",
        ["FF_DISABLE_UMASK_FOR_KUBERNETES_EXECUTOR"] = "files of a job in a pod belong to its user",
        ["FF_WAIT_FOR_POD_TO_BE_REACHABLE"] = "a pod is entered before its job begins in any case",
        ["FF_SUSPENDABLE_ENVIRONMENTS"] = "environments cannot be suspended",
    };

    /// <summary>A line for each flag that was changed although it changes nothing.</summary>
    internal static IEnumerable<string> WarningsOf(FeatureFlags flags) => WithoutEffect
        .Where(flag => flags[flag.Key] != Defaults[flag.Key]).Select(flag => $"{flag.Key} changes nothing in this runner: {flag.Value}");

    private static Dictionary<string, bool> Build()
    {
        string[] on =
        [
            "FF_USE_DIRECT_DOWNLOAD", "FF_USE_FASTZIP", "FF_USE_POD_ACTIVE_DEADLINE_SECONDS", SecretsMustExist, BundleUris,
            "FF_USE_DOCKER_AUTOSCALER_DIAL_STDIO", Timestamps, MaskAllTokens, ExponentialRetry,
            "FF_USE_ADAPTIVE_REQUEST_CONCURRENCY", GitalyCorrelation, InputInterpolation, ExplainFailures,
        ];
        string[] off =
        [
            "FF_TEST_FEATURE", NetworkPerBuild, "FF_USE_LEGACY_KUBERNETES_EXECUTION_STRATEGY",
            "FF_DISABLE_UMASK_FOR_DOCKER_EXECUTOR", ExitCodeCheck, "FF_USE_WINDOWS_LEGACY_PROCESS_STRATEGY", LegacyBashEval,
            "FF_USE_POWERSHELL_PATH_RESOLVER", "FF_USE_DYNAMIC_TRACE_FORCE_SEND_INTERVAL", ScriptSections, JobCleanup,
            "FF_KUBERNETES_HONOR_ENTRYPOINT", PosixEscapes, "FF_RESOLVE_FULL_TLS_CHAIN", "FF_DISABLE_POWERSHELL_STDIN",
            "FF_USE_ADVANCED_POD_SPEC_CONFIGURATION", "FF_PRINT_POD_EVENTS", NativeClone,
            "FF_USE_DUMB_INIT_WITH_KUBERNETES_EXECUTOR", "FF_USE_INIT_WITH_DOCKER_EXECUTOR",
            "FF_LOG_IMAGES_CONFIGURED_FOR_JOB", CleanFailedCache, "FF_USE_WINDOWS_JOB_OBJECT",
            "FF_DISABLE_AUTOMATIC_TOKEN_ROTATION", "FF_USE_LEGACY_GCS_CACHE_ADAPTER",
            "FF_DISABLE_UMASK_FOR_KUBERNETES_EXECUTOR", "FF_USE_LEGACY_S3_CACHE_ADAPTER", UrlsWithoutTokens,
            "FF_WAIT_FOR_POD_TO_BE_REACHABLE", "FF_EXPORT_HIGH_CARDINALITY_METRICS", "FF_USE_FLEETING_ACQUIRE_HEARTBEATS",
            ProactiveAuth, HashCacheKeys, "FF_USE_JOB_ROUTER", "FF_SCRIPT_TO_STEP_MIGRATION",
            "FF_USE_PARALLEL_CACHE_TRANSFER", "FF_USE_PARALLEL_ARTIFACT_TRANSFER", "FF_CONCRETE",
            "FF_SUSPENDABLE_ENVIRONMENTS", "FF_USE_NATIVE_CONTAINER_STOP",
        ];
        return on.Select(name => (name, true)).Concat(off.Select(name => (name, false)))
            .OrderBy(f => f.name, StringComparer.Ordinal).ToDictionary(f => f.name, f => f.Item2, StringComparer.Ordinal);
    }
}
