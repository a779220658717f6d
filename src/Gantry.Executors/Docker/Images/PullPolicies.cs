using Gantry.Engine.Executors;

namespace Gantry.Executors.Docker.Images;

/// <summary>How an image comes to the engine.</summary>
internal enum PullPolicy
{
    Always,
    IfNotPresent,
    Never,
}

/// <summary>The policies that are tried for one image, in order, and who set them (official-executors §2.4).</summary>
/// <param name="Policies">Never empty.</param>
/// <param name="Source">As the user reads it: <c>GitLab pipeline config</c>, <c>Runner config</c>, <c>Runner config (default)</c>.</param>
internal sealed record PullPolicies(IReadOnlyList<PullPolicy> Policies, string Source)
{
    public const string FromJob = "GitLab pipeline config";
    public const string FromConfig = "Runner config";
    public const string ByDefault = "Runner config (default)";

    private static readonly IReadOnlyList<PullPolicy> Default = [PullPolicy.Always];

    /// <exception cref="FormatException">Another word.</exception>
    public static IReadOnlyList<PullPolicy> Configured(IReadOnlyList<string> configured) => Read(configured, "pull_policy");

    /// <summary>Without a list of its own, what is configured is what is allowed.</summary>
    /// <exception cref="FormatException">Another word.</exception>
    public static IReadOnlyList<PullPolicy> Allowed(IReadOnlyList<string> allowed, IReadOnlyList<string> configured) =>
        allowed.Count > 0 ? Read(allowed, "allowed_pull_policies") : Configured(configured);

    /// <param name="image">For the message.</param>
    /// <param name="job">The job's own list; it replaces the configured one.</param>
    /// <param name="settings">The configuration.</param>
    /// <exception cref="EnvironmentException">No policy is left, or one is unknown: the job's or the operator's mistake.</exception>
    public static PullPolicies For(string image, IReadOnlyList<string> job, DockerSettings settings)
    {
        try
        {
            var wanted = job.Count > 0 ? Read(job, "pull_policy") : Configured(settings.PullPolicy);
            var allowed = Allowed(settings.AllowedPullPolicies, settings.PullPolicy);
            var source = job.Count > 0 ? FromJob : settings.PullPolicy.Count > 0 ? FromConfig : ByDefault;
            var left = wanted.Where(allowed.Contains).ToList();
            return left.Count > 0
                ? new PullPolicies(left, source)
                : throw EnvironmentException.Misconfigured(
                    $"invalid pull policy for image \"{image}\": pull_policy ({Text(wanted)}) defined in {source} is not one of the allowed_pull_policies ({Text(allowed)})");
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }
    }

    /// <summary><c>[always if-not-present]</c>.</summary>
    public static string Text(IReadOnlyList<PullPolicy> policies) => $"[{string.Join(' ', policies.Select(NameOf))}]";

    public static string NameOf(PullPolicy policy) => policy switch
    {
        PullPolicy.Always => "always",
        PullPolicy.IfNotPresent => "if-not-present",
        _ => "never",
    };

    public override string ToString() => Text(Policies);

    private static IReadOnlyList<PullPolicy> Read(IReadOnlyList<string> words, string key) => words.Count == 0 ? Default :
        [.. words.Select(word => word switch
        {
            "always" or "" => PullPolicy.Always,
            "if-not-present" => PullPolicy.IfNotPresent,
            "never" => PullPolicy.Never,
            _ => throw new FormatException($"unsupported {key} config: \"{word}\""),
        })];
}
