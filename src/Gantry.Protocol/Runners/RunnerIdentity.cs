namespace Gantry.Protocol.Runners;

/// <summary>
/// The <c>info</c> object: what the runner is and can do. It must be complete on every call, verify included: the
/// server keeps the features it saw first for up to 55 minutes (official-job-protocol §1.6, §1.9, trap 4).
/// </summary>
public sealed record RunnerIdentity
{
    public string? Name { get; init; }
    public string? Version { get; init; }
    public string? Revision { get; init; }

    /// <summary>Go's name of the operating system: <c>linux</c>, <c>windows</c>, <c>darwin</c>.</summary>
    public string? Platform { get; init; }

    /// <summary>Go's name of the processor: <c>amd64</c>, <c>arm64</c>.</summary>
    public string? Architecture { get; init; }

    public string? Executor { get; init; }
    public string? Shell { get; init; }
    public RunnerFeatures Features { get; init => field = value ?? new(); } = new();
    public RunnerConfigFacts Config { get; init => field = value ?? new(); } = new();
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>The part of <c>info</c> called <c>config</c>.</summary>
public sealed record RunnerConfigFacts
{
    public string Gpus { get; init => field = value ?? ""; } = "";
}

/// <summary>
/// Feature bits in the order the official runner serialises them (official-job-protocol §1.9). A job that needs a
/// feature which the runner does not advertise is not handed to it.
/// </summary>
public sealed record RunnerFeatures
{
    public bool Variables { get; init; }
    public bool Image { get; init; }
    public bool Services { get; init; }
    public bool Artifacts { get; init; }
    public bool Cache { get; init; }
    public bool FallbackCacheKeys { get; init; }
    public bool Shared { get; init; }
    public bool UploadMultipleArtifacts { get; init; }
    public bool UploadRawArtifacts { get; init; }
    public bool Session { get; init; }
    public bool Terminal { get; init; }
    public bool Refspecs { get; init; }
    public bool Masking { get; init; }
    public bool Proxy { get; init; }
    public bool RawVariables { get; init; }
    public bool ArtifactsExclude { get; init; }
    public bool MultiBuildSteps { get; init; }
    public bool TraceReset { get; init; }
    public bool TraceChecksum { get; init; }
    public bool TraceSize { get; init; }
    public bool VaultSecrets { get; init; }
    public bool Cancelable { get; init; }
    public bool ReturnExitCode { get; init; }
    public bool ServiceVariables { get; init; }
    public bool ServiceMultipleAliases { get; init; }
    public bool ImageExecutorOpts { get; init; }
    public bool ServiceExecutorOpts { get; init; }
    public bool CancelGracefully { get; init; }
    public bool NativeStepsIntegration { get; init; }
    public bool TwoPhaseJobCommit { get; init; }
    public bool JobInputs { get; init; }
}
