using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Protocol.Jobs;

/// <summary>
/// The 201 of <c>POST jobs/request</c>: everything a runner is told about one job (official-job-protocol §1.11).
/// Field names are the wire's; lists are never null after reading.
/// </summary>
public sealed record JobPayload
{
    public long Id { get; init; }

    /// <summary>The job token (<c>glcbt-…</c> or a JWT). A secret.</summary>
    public string Token { get; init => field = value ?? ""; } = "";

    /// <summary>The default git strategy: fetch when true, else clone.</summary>
    public bool AllowGitFetch { get; init; }

    public JobIdentity JobInfo { get; init => field = value ?? new(); } = new();
    public GitReference GitInfo { get; init => field = value ?? new(); } = new();
    public RunnerLimits RunnerInfo { get; init => field = value ?? new(); } = new();
    public IReadOnlyList<JobInput> Inputs { get; init => field = value ?? []; } = [];

    /// <summary>In precedence order: a later entry of the same key wins. Keys may repeat.</summary>
    public IReadOnlyList<JobVariable> Variables { get; init => field = value ?? []; } = [];

    public IReadOnlyList<JobStep> Steps { get; init => field = value ?? []; } = [];

    /// <summary>Null when the job names no image.</summary>
    public JobImage? Image { get; init; }

    public IReadOnlyList<JobImage> Services { get; init => field = value ?? []; } = [];
    public IReadOnlyList<JobArtifact> Artifacts { get; init => field = value ?? []; } = [];
    public IReadOnlyList<JobCache> Cache { get; init => field = value ?? []; } = [];
    public IReadOnlyList<JobCredential> Credentials { get; init => field = value ?? []; } = [];
    public IReadOnlyList<JobDependency> Dependencies { get; init => field = value ?? []; } = [];
    public ServerFeatures Features { get; init => field = value ?? new(); } = new();

    /// <summary>Variable name to definition; each holds one provider object (official-job-protocol §9.6).</summary>
    public IReadOnlyDictionary<string, JsonElement> Secrets { get; init => field = value ?? NoSecrets; } = NoSecrets;

    public IReadOnlyList<JobHook> Hooks { get; init => field = value ?? []; } = [];

    /// <summary>JSON text of an array of steps, or empty. A string inside JSON on purpose (trap 8).</summary>
    public string Run { get; init => field = value ?? ""; } = "";

    public PolicyOptions? PolicyOptions { get; init; }
    public SuspendOptions? SuspendOptions { get; init; }

    private static readonly IReadOnlyDictionary<string, JsonElement> NoSecrets = new Dictionary<string, JsonElement>();
}

/// <summary>What the job is and where it belongs.</summary>
public sealed record JobIdentity
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string Stage { get; init => field = value ?? ""; } = "";
    public long PipelineId { get; init; }
    public long ProjectId { get; init; }
    public string ProjectName { get; init => field = value ?? ""; } = "";
    public string ProjectFullPath { get; init => field = value ?? ""; } = "";
    public long NamespaceId { get; init; }
    public long RootNamespaceId { get; init; }
    public long OrganizationId { get; init; }
    public string InstanceId { get; init => field = value ?? ""; } = "";
    public string InstanceUuid { get; init => field = value ?? ""; } = "";
    public long UserId { get; init; }
    public long? ScopedUserId { get; init; }
    public double TimeInQueueSeconds { get; init; }

    /// <summary>A string such as <c>0</c>, <c>5+</c> or <c>+Inf</c>.</summary>
    public string ProjectJobsRunningOnInstanceRunnersCount { get; init => field = value ?? ""; } = "";

    public long QueueSize { get; init; }
    public long QueueDepth { get; init; }
}

/// <summary>What to check out.</summary>
public sealed record GitReference
{
    /// <summary>Carries <c>gitlab-ci-token:&lt;job token&gt;@</c>: a secret.</summary>
    public string RepoUrl { get; init => field = value ?? ""; } = "";

    /// <summary><c>sha1</c> (also when empty) or <c>sha256</c>.</summary>
    public string RepoObjectFormat { get; init => field = value ?? ""; } = "";

    public string Ref { get; init => field = value ?? ""; } = "";
    public string Sha { get; init => field = value ?? ""; } = "";
    public string BeforeSha { get; init => field = value ?? ""; } = "";

    /// <summary><c>branch</c> or <c>tag</c>.</summary>
    public string RefType { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> Refspecs { get; init => field = value ?? []; } = [];

    /// <summary>0 means the full history.</summary>
    public int Depth { get; init; }

    /// <summary>Null on servers before 18.3.</summary>
    public bool? Protected { get; init; }
}

/// <summary>The server's limits for this job on this runner.</summary>
public sealed record RunnerLimits
{
    public string Uuid { get; init => field = value ?? ""; } = "";

    /// <summary>Seconds; the job's timeout.</summary>
    public int Timeout { get; init; }

    public string? RunnerSessionUrl { get; init; }
}

/// <summary>One CI/CD variable as sent: values are not expanded yet.</summary>
public sealed record JobVariable
{
    public string Key { get; init => field = value ?? ""; } = "";
    public string Value { get; init => field = value ?? ""; } = "";
    public bool Public { get; init; }

    /// <summary>The value is the content of a file; the environment gets its path.</summary>
    public bool File { get; init; }

    public bool Masked { get; init; }

    /// <summary>Never expanded.</summary>
    public bool Raw { get; init; }

    /// <summary>Made by the runner itself; not on the wire. Such variables reach services like public ones.</summary>
    [JsonIgnore]
    public bool Internal { get; init; }

    /// <summary>A masked value must not reach a log through a record's text.</summary>
    public override string ToString() => $"{Key}={(Masked || !Public ? "[MASKED]" : Value)}";
}

/// <summary>One step; its <c>when</c>, <c>timeout</c> and <c>allow_failure</c> are ignored by runners (trap 16).</summary>
public sealed record JobStep
{
    public string Name { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string> Script { get; init => field = value ?? []; } = [];
    public int Timeout { get; init; }
    public string When { get; init => field = value ?? ""; } = "";
    public bool AllowFailure { get; init; }
}

/// <summary>A build image or a service.</summary>
public sealed record JobImage
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string? Alias { get; init; }
    public IReadOnlyList<string> Command { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> Entrypoint { get; init => field = value ?? []; } = [];
    public IReadOnlyList<ImagePort> Ports { get; init => field = value ?? []; } = [];
    public IReadOnlyList<JobVariable> Variables { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> PullPolicy { get; init => field = value ?? []; } = [];

    /// <summary>Raw: unknown keys inside are fatal for the job, with a message that names them (§1.11).</summary>
    public JsonElement? ExecutorOpts { get; init; }
}

/// <summary>A port of a service.</summary>
public sealed record ImagePort
{
    public int Number { get; init; }
    public string Protocol { get; init => field = value ?? ""; } = "";
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>One artifact to upload.</summary>
public sealed record JobArtifact
{
    public string Name { get; init => field = value ?? ""; } = "";
    public bool Untracked { get; init; }
    public IReadOnlyList<string> Paths { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> Exclude { get; init => field = value ?? []; } = [];

    /// <summary><c>on_success</c> (also when empty), <c>on_failure</c>, <c>always</c>.</summary>
    public string When { get; init => field = value ?? ""; } = "";

    public string ArtifactType { get; init => field = value ?? ""; } = "";

    /// <summary><c>zip</c> (also when empty), <c>gzip</c>, <c>raw</c>, <c>zipzstd</c>, <c>tarzstd</c>.</summary>
    public string ArtifactFormat { get; init => field = value ?? ""; } = "";

    /// <summary>Passed through verbatim.</summary>
    public string ExpireIn { get; init => field = value ?? ""; } = "";
}

/// <summary>One cache entry.</summary>
public sealed record JobCache
{
    public string Key { get; init => field = value ?? ""; } = "";
    public bool Untracked { get; init; }

    /// <summary><c>pull-push</c> (also when empty), <c>pull</c>, <c>push</c>; may hold variables.</summary>
    public string Policy { get; init => field = value ?? ""; } = "";

    public IReadOnlyList<string> Paths { get; init => field = value ?? []; } = [];
    public string When { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string> FallbackKeys { get; init => field = value ?? []; } = [];
}

/// <summary>A registry login; only type <c>registry</c> is used.</summary>
public sealed record JobCredential
{
    public string Type { get; init => field = value ?? ""; } = "";
    public string Url { get; init => field = value ?? ""; } = "";
    public string Username { get; init => field = value ?? ""; } = "";
    public string Password { get; init => field = value ?? ""; } = "";

    public override string ToString() => $"{Type} {Url} {Username} [MASKED]";
}

/// <summary>A job whose artifacts this one gets.</summary>
public sealed record JobDependency
{
    public long Id { get; init; }
    public string Token { get; init => field = value ?? ""; } = "";
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Null when the producer left no artifacts.</summary>
    public DependencyArtifacts? ArtifactsFile { get; init; }

    public override string ToString() => $"{Name} ({Id})";
}

/// <summary>The archive of a dependency.</summary>
public sealed record DependencyArtifacts
{
    public string Filename { get; init => field = value ?? ""; } = "";
    public long Size { get; init; }
}

/// <summary>A hook of the job: <c>pre_get_sources_script</c> or <c>post_get_sources_script</c>.</summary>
public sealed record JobHook
{
    public string Name { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string> Script { get; init => field = value ?? []; } = [];
}

/// <summary>One job input; see official-job-protocol §9.7.</summary>
public sealed record JobInput
{
    public string Key { get; init => field = value ?? ""; } = "";
    public JobInputValue Value { get; init => field = value ?? new(); } = new();
}

/// <summary>A typed input value: string, number, boolean, array or struct.</summary>
public sealed record JobInputValue
{
    public string Type { get; init => field = value ?? ""; } = "";
    public JsonElement? Content { get; init; }
    public bool Sensitive { get; init; }
}

/// <summary>What the server can do and wants.</summary>
public sealed record ServerFeatures
{
    public bool TraceSections { get; init; }
    public IReadOnlyList<string> TokenMaskPrefixes { get; init => field = value ?? []; } = [];
    public IReadOnlyList<string> FailureReasons { get; init => field = value ?? []; } = [];
    public JsonElement? Tracing { get; init; }
}

/// <summary>Set for jobs that a policy added.</summary>
public sealed record PolicyOptions
{
    public bool ExecutionPolicyJob { get; init; }
    public string PolicyName { get; init => field = value ?? ""; } = "";
    public bool? PolicyVariablesOverrideAllowed { get; init; }
    public IReadOnlyList<string> PolicyVariablesOverrideExceptions { get; init => field = value ?? []; } = [];
}

/// <summary>Suspendable environments (experimental in GitLab).</summary>
public sealed record SuspendOptions
{
    public bool SuspendOnSuccess { get; init; }
    public bool SuspendOnFailure { get; init; }
    public string RuntimeEnvironmentKey { get; init => field = value ?? ""; } = "";
}
