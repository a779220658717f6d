using System.Text.Json;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Store;

/// <summary>
/// What a job does, in the form the runner gets it (ci-yaml §22): the part of the payload that is known when the pipeline is
/// made, plus what the server decides by later. Stored as JSON.
/// </summary>
internal sealed record JobDefinition
{
    public IReadOnlyList<JobStep> Steps { get; init => field = value ?? []; } = [];
    public JobImage? Image { get; init; }
    public IReadOnlyList<JobImage> Services { get; init => field = value ?? []; } = [];
    public IReadOnlyList<JobArtifact> Artifacts { get; init => field = value ?? []; } = [];

    /// <summary>Keys as configured, with file hashes computed; suffixes are added when handed out.</summary>
    public IReadOnlyList<DefinedCache> Cache { get; init => field = value ?? []; } = [];

    public IReadOnlyList<JobHook> Hooks { get; init => field = value ?? []; } = [];
    public IReadOnlyList<JobInput> Inputs { get; init => field = value ?? []; } = [];
    public IReadOnlyList<DefinedSecret> DefinedSecrets { get; init => field = value ?? []; } = [];
    public IReadOnlyList<DefinedIdToken> IdTokens { get; init => field = value ?? []; } = [];
    public string Run { get; init; } = "";

    /// <summary>YAML variables in precedence order (ci-yaml §16.2, step 2).</summary>
    public IReadOnlyList<DefinedVariable> Variables { get; init => field = value ?? []; } = [];

    /// <summary><c>dependencies</c>; null when the job does not say.</summary>
    public IReadOnlyList<string>? Dependencies { get; init; }

    /// <summary><c>needs:pipeline</c>: jobs of other pipelines whose artifacts are fetched.</summary>
    public IReadOnlyList<DefinedCrossNeed> CrossNeeds { get; init => field = value ?? []; } = [];

    public DefinedRetry? Retry { get; init; }

    /// <summary>As configured; <see cref="JobRow.AllowFailure"/> may differ after a failure with an exit code.</summary>
    public bool AllowFailure { get; init; }

    public IReadOnlyList<int> AllowFailureExitCodes { get; init => field = value ?? []; } = [];

    /// <summary>Seconds, before any runner's maximum.</summary>
    public int Timeout { get; init; }

    /// <summary><c>project</c> or <c>job</c>.</summary>
    public string TimeoutSource { get; init; } = "project";

    /// <summary>RE2 pattern without slashes.</summary>
    public string? Coverage { get; init; }

    public DefinedEnvironment? Environment { get; init; }

    /// <summary>From 1; null unless the job is one of <c>parallel</c>.</summary>
    public int? NodeIndex { get; init; }

    public int NodeTotal { get; init; } = 1;

    /// <summary>The name without its <c>parallel</c> suffix.</summary>
    public string GroupName { get; init; } = "";

    /// <summary>What a bridge starts; null for other jobs.</summary>
    public DefinedTrigger? Trigger { get; init; }
}

/// <summary>One cache entry before its key suffixes.</summary>
internal sealed record DefinedCache
{
    public JobCache Entry { get; init => field = value ?? new(); } = new();

    /// <summary><c>unprotect: true</c>: shares the cache of unprotected refs.</summary>
    public bool Unprotect { get; init; }
}

/// <summary>A variable of the configuration.</summary>
internal sealed record DefinedVariable
{
    public string Key { get; init; } = "";
    public string Value { get; init; } = "";

    /// <summary><c>expand: false</c>.</summary>
    public bool Raw { get; init; }
}

/// <summary>One of <c>id_tokens</c>: the audiences may hold variables.</summary>
internal sealed record DefinedIdToken
{
    public string Name { get; init; } = "";
    public IReadOnlyList<string> Audiences { get; init => field = value ?? []; } = [];
}

/// <summary>One of <c>secrets</c>, before the address of its store is known.</summary>
internal sealed record DefinedSecret
{
    /// <summary>The variable that receives it.</summary>
    public string Name { get; init; } = "";

    public string Provider { get; init; } = "";
    public IReadOnlyDictionary<string, string> Settings { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
    public bool File { get; init; }

    /// <summary>The id token to sign in with, such as <c>$VAULT_TOKEN</c>.</summary>
    public string? Token { get; init; }
}

/// <summary>A job of another pipeline of the project; the pipeline's number may be a variable.</summary>
internal sealed record DefinedCrossNeed
{
    public string Pipeline { get; init; } = "";
    public string Job { get; init; } = "";
}

/// <summary><c>retry</c> (ci-yaml §15.6): reasons and exit codes are alternatives.</summary>
internal sealed record DefinedRetry
{
    public int Max { get; init; }
    public IReadOnlyList<string> When { get; init => field = value ?? []; } = [];
    public IReadOnlyList<int> ExitCodes { get; init => field = value ?? []; } = [];
}

/// <summary><c>trigger</c>: a child pipeline, or one of another project.</summary>
internal sealed record DefinedTrigger
{
    /// <summary>Text of the child's configuration; null for another project.</summary>
    public string? ChildYaml { get; init; }

    /// <summary>Full path of another project; null for a child.</summary>
    public string? Project { get; init; }

    /// <summary>Branch there; null for its default branch.</summary>
    public string? Branch { get; init; }

    /// <summary>Input name to its value.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Inputs { get; init; }

    public bool ForwardYamlVariables { get; init; }
    public bool ForwardPipelineVariables { get; init; }
}

/// <summary><c>environment</c>; the url may still hold variables that the job makes.</summary>
internal sealed record DefinedEnvironment
{
    public string Name { get; init; } = "";
    public string Slug { get; init; } = "";
    public string? Url { get; init; }
    public string Action { get; init; } = "start";
    public string? OnStop { get; init; }
    public string? AutoStopIn { get; init; }
    public string DeploymentTier { get; init; } = "other";
}
