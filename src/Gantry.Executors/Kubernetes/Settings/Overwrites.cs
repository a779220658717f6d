using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>
/// What holds for one job: the settings, with what its <c>KUBERNETES_*</c> variables change where the operator allows it
/// (official-executors §14.3).
/// </summary>
internal sealed record Overwrites
{
    /// <summary>Kinds of containers as keys and variables name them; empty: the build container.</summary>
    private static readonly string[] Owners = ["", "service_", "helper_", "pod_"];

    public required string Namespace { get; init; }
    public required string ServiceAccount { get; init; }

    /// <summary>Empty: the runner's own.</summary>
    public required string BearerToken { get; init; }

    public required IReadOnlyDictionary<string, string> NodeSelector { get; init; }
    public required IReadOnlyDictionary<string, string> NodeTolerations { get; init; }
    public required IReadOnlyDictionary<string, string> PodLabels { get; init; }
    public required IReadOnlyDictionary<string, string> PodAnnotations { get; init; }

    /// <summary>By kind: <c>""</c>, <c>service_</c>, <c>helper_</c>, <c>pod_</c>.</summary>
    public required IReadOnlyDictionary<string, ResourceSet> Resources { get; init; }

    public ResourceSet Build => Resources[""];

    public ResourceSet Service => Resources["service_"];

    public ResourceSet Pod => Resources["pod_"];

    /// <param name="settings">The operator's.</param>
    /// <param name="variables">The job's.</param>
    /// <param name="say">Told what was changed.</param>
    /// <exception cref="EnvironmentException">The job wants what it may not have.</exception>
    public static Overwrites Of(KubernetesSettings settings, JobVariables variables, Action<string> say)
    {
        var judge = new OverwriteJudge(variables, say);
        try
        {
            return new Overwrites
            {
                Namespace = judge.Text("Namespace", "KUBERNETES_NAMESPACE_OVERWRITE", settings.Namespace, settings.NamespaceOverwriteAllowed),
                ServiceAccount = judge.Text("ServiceAccount", "KUBERNETES_SERVICE_ACCOUNT_OVERWRITE", settings.ServiceAccount, settings.ServiceAccountOverwriteAllowed),
                BearerToken = settings.BearerTokenOverwriteAllowed ? judge.Token("KUBERNETES_BEARER_TOKEN") : "",
                NodeSelector = judge.Map("NodeSelector", "KUBERNETES_NODE_SELECTOR_", settings.NodeSelector, settings.NodeSelectorOverwriteAllowed),
                NodeTolerations = judge.Tolerations("KUBERNETES_NODE_TOLERATIONS_", settings.NodeTolerations, settings.NodeTolerationsOverwriteAllowed),
                PodLabels = judge.Map("PodLabels", "KUBERNETES_POD_LABELS_", settings.PodLabels, settings.PodLabelsOverwriteAllowed),
                PodAnnotations = judge.Map("PodAnnotations", "KUBERNETES_POD_ANNOTATIONS_", settings.PodAnnotations, settings.PodAnnotationsOverwriteAllowed),
                Resources = Owners.ToDictionary(owner => owner, owner => Amounts(judge, owner, settings)),
            };
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured($"couldn't prepare overwrites: {e.Message}");
        }
    }

    /// <summary>What one service gets, whose own variables may say so, too.</summary>
    /// <exception cref="EnvironmentException">It wants what it may not have.</exception>
    public ResourceSet ForService(KubernetesSettings settings, IReadOnlyList<JobVariable> own, Action<string> say)
    {
        try
        {
            return Amounts(new OverwriteJudge(new JobVariables(own), say), "service_", settings, Service);
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured($"couldn't prepare explicit service overwrites: {e.Message}");
        }
    }

    private static ResourceSet Amounts(OverwriteJudge judge, string owner, KubernetesSettings settings, ResourceSet? start = null)
    {
        return new ResourceSet(One("limit", start?.Limits), One("request", start?.Requests));

        Dictionary<string, string> One(string side, IReadOnlyDictionary<string, string>? begin)
        {
            var amounts = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (resource, key) in ResourceSet.Kinds)
            {
                var name = $"{owner}{key}_{side}";
                var configured = begin is null ? settings.Resources.GetValueOrDefault(name, "") : begin.GetValueOrDefault(resource, "");
                var amount = judge.Amount(name, resource, configured, settings.Resources.GetValueOrDefault(name + "_overwrite_max_allowed", ""));
                if (amount.Length > 0)
                {
                    ResourceSet.Amount(resource, amount);
                    amounts[resource] = amount;
                }
            }

            return amounts;
        }
    }
}
