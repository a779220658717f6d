using Gantry.Engine.Executors;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>The policies that are tried for one container's image, in order, as the pod names them; empty text: the cluster's own.</summary>
internal static class ImagePullPolicies
{
    /// <summary>None at all: the cluster decides.</summary>
    private static readonly IReadOnlyList<string> ClusterDefault = [""];

    /// <exception cref="FormatException">Another word.</exception>
    public static IReadOnlyList<string> Read(IReadOnlyList<string> words, string key) => words.Count == 0 ? ClusterDefault : Convert(words, key);

    /// <exception cref="FormatException">Another word.</exception>
    public static IReadOnlyList<string> Convert(IReadOnlyList<string> words, string key) =>
    [
        .. words.Select(word => word switch
        {
            "" => "",
            "always" => "Always",
            "if-not-present" => "IfNotPresent",
            "never" => "Never",
            _ => throw new FormatException($"unsupported {key} config: \"{word}\": use always, if-not-present or never"),
        }),
    ];

    /// <summary>Those that are wanted and allowed; without a wish all that are allowed, without a list all that are wanted.</summary>
    public static IReadOnlyList<string> Effective(IReadOnlyList<string> wanted, IReadOnlyList<string> allowed) =>
        wanted.Count == 0 ? allowed : allowed.Count == 0 ? wanted : [.. wanted.Where(allowed.Contains)];

    /// <param name="container">For messages.</param>
    /// <param name="job">The image's own list; it replaces the configured one.</param>
    /// <param name="settings">The configuration.</param>
    /// <exception cref="EnvironmentException">No policy is left, or one is unknown.</exception>
    public static IReadOnlyList<string> For(string container, IReadOnlyList<string> job, KubernetesSettings settings)
    {
        try
        {
            var configured = Read(settings.PullPolicy, "pull_policy");
            var wanted = job.Count > 0 ? Convert(job, "pull_policy") : configured;
            var allowed = settings.AllowedPullPolicies.Count > 0 ? Read(settings.AllowedPullPolicies, "allowed_pull_policies") : configured;
            var left = Effective(wanted, allowed);
            return left.Count > 0
                ? left
                : throw EnvironmentException.Misconfigured(
                    $"invalid pull policy for container \"{container}\": pull_policy ([{string.Join(' ', wanted)}]) defined in {(job.Count > 0 ? "GitLab pipeline config" : "Runner config")} "
                    + $"is not one of the allowed_pull_policies ([{string.Join(' ', allowed)}])");
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured($"converting pull policy for container \"{container}\": {e.Message}");
        }
    }
}
