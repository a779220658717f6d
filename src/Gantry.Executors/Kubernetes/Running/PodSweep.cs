using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>Removes what earlier processes of this runner left in the cluster, found by the labels of <see cref="PodLabels"/>.</summary>
internal sealed class PodSweep(ClusterClient cluster, KubernetesSettings settings, KubernetesSurroundings surroundings)
{
    /// <returns>How many things were removed.</returns>
    /// <exception cref="ClusterException">The cluster cannot be asked.</exception>
    public async Task<int> RunAsync(IReadOnlySet<long> keep, CancellationToken cancellationToken)
    {
        var removed = 0;
        // Secrets as well: the process may have ended before their pod was there.
        foreach (var kind in new[] { "pods", "secrets" })
        {
            foreach (var thing in await FindAsync(kind, cancellationToken))
            {
                if (!IsKept(thing, keep))
                {
                    await cluster.DeleteAsync($"/api/v1/namespaces/{thing.Text("metadata", "namespace")}/{kind}/{thing.Text("metadata", "name")}", gracePeriodSeconds: null, cancellationToken);
                    removed++;
                }
            }
        }

        foreach (var space in settings.NamespacePerJob ? (await cluster.GetAsync($"/api/v1/namespaces?{Selector}", cancellationToken)).Items("items") : [])
        {
            if (space.Text("status", "phase") != "Terminating" && !IsKept(space, keep))
            {
                await cluster.DeleteAsync($"/api/v1/namespaces/{space.Text("metadata", "name")}", gracePeriodSeconds: null, cancellationToken);
                removed++;
            }
        }

        return removed;
    }

    private static bool IsKept(JsonObject thing, IReadOnlySet<long> keep) =>
        long.TryParse(thing.At("metadata", "labels").Text(PodLabels.Job), CultureInfo.InvariantCulture, out var id) && keep.Contains(id);

    private string Selector => "labelSelector=" + Uri.EscapeDataString($"{PodLabels.Owner}={surroundings.OwnerId},{PodLabels.Process}!={surroundings.ProcessId}");

    /// <summary>Wherever jobs may have been; where the account sees one namespace only, there.</summary>
    private async Task<IReadOnlyList<JsonObject>> FindAsync(string kind, CancellationToken cancellationToken)
    {
        try
        {
            if (settings.NamespaceOverwriteAllowed.Length > 0 && !settings.NamespacePerJob)
            {
                return Alive(await cluster.GetAsync($"/api/v1/{kind}?{Selector}", cancellationToken));
            }
        }
        catch (ClusterException e) when (e.IsForbidden)
        {
            // The namespace of the settings has to do.
        }

        try
        {
            return settings.NamespacePerJob ? [] : Alive(await cluster.GetAsync($"/api/v1/namespaces/{Uri.EscapeDataString(settings.EffectiveNamespace)}/{kind}?{Selector}", cancellationToken));
        }
        catch (ClusterException e) when (e.IsForbidden && kind == "secrets")
        {
            // Reading secrets is more than an account for jobs needs.
            return [];
        }
    }

    private static IReadOnlyList<JsonObject> Alive(JsonObject list) => [.. list.Items("items").Where(item => item.Text("metadata", "deletionTimestamp").Length == 0)];
}
