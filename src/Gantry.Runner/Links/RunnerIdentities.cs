using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Protocol.Runners;

namespace Gantry.Runner.Links;

/// <summary>Builds the <c>info</c> object. It is complete on every call (official-job-protocol §1.6, §1.9, trap 4).</summary>
public static class RunnerIdentities
{
    /// <summary>For legacy registration: no executor is known yet, so only the client's own features are set.</summary>
    public static RunnerIdentity Unconfigured(ProductVersion product) => Named(product) with { Features = OfClient(new()) };

    /// <param name="product">Name and version shown by the server.</param>
    /// <param name="settings">The runner entry.</param>
    /// <param name="traits">Of the entry's executor; null when this build has no such executor.</param>
    /// <param name="facts">What only the configuration knows.</param>
    public static RunnerIdentity For(ProductVersion product, RunnerSettings settings, ExecutorTraits? traits, IdentityFacts facts) =>
        For(product, settings.Executor, settings.Shell, traits, facts);

    /// <summary>The same for an entry that is not complete yet.</summary>
    internal static RunnerIdentity For(ProductVersion product, string executor, string? shell, ExecutorTraits? traits, IdentityFacts facts) =>
        Named(product) with
        {
            Executor = NullIfEmpty(executor),
            Shell = NullIfEmpty(shell) ?? traits?.DefaultShell,
            Features = OfClient(traits is null ? new() : OfShell(traits.Features)),
            Config = new RunnerConfigFacts { Gpus = facts.Gpus.Trim() },
            Labels = facts.Labels.Count == 0 ? null : facts.Labels,
        };

    private static RunnerIdentity Named(ProductVersion product) => new()
    {
        Name = product.Name,
        Version = product.Version,
        Revision = product.Revision,
        Platform = product.Platform,
        Architecture = product.Architecture,
    };

    private static RunnerFeatures OfClient(RunnerFeatures features) => features with
    {
        TraceReset = true,
        TraceChecksum = true,
        TraceSize = true,
        Cancelable = true,
        CancelGracefully = true,
        TwoPhaseJobCommit = true,
        JobInputs = true,
    };

    private static RunnerFeatures OfShell(RunnerFeatures features) => features with
    {
        Artifacts = true,
        Cache = true,
        FallbackCacheKeys = true,
        UploadMultipleArtifacts = true,
        UploadRawArtifacts = true,
        Refspecs = true,
        Masking = true,
        RawVariables = true,
        ArtifactsExclude = true,
        MultiBuildSteps = true,
        VaultSecrets = true,
        ReturnExitCode = true,
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>Parts of <c>info</c> that come from the configuration file alone.</summary>
/// <param name="Gpus"><c>docker.gpus</c> of docker executors, else empty.</param>
/// <param name="Labels">Global and own labels merged.</param>
public sealed record IdentityFacts(string Gpus, IReadOnlyDictionary<string, string> Labels)
{
    public static readonly IdentityFacts Empty = new("", new Dictionary<string, string>());
}
