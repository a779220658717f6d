using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>The pod of one job, and what was made for it.</summary>
internal sealed class PodPlace(ClusterClient cluster, string space, KubernetesSettings settings)
{
    private readonly List<Thing> _made = [];

    public ClusterClient Cluster => cluster;

    public string Namespace => space;

    /// <summary>Empty while there is none.</summary>
    public string Pod { get; private set; } = "";

    public KubernetesSettings Settings => settings;

    public string Path => PathOf("pods", Pod);

    /// <summary>A collection of the job's namespace, or one thing of it.</summary>
    public string PathOf(string kind, string name = "") =>
        $"{(kind == "poddisruptionbudgets" ? "/apis/policy/v1" : "/api/v1")}/namespaces/{Uri.EscapeDataString(space)}/{kind}{(name.Length > 0 ? "/" + Uri.EscapeDataString(name) : "")}";

    public void Made(string what, string path) => _made.Add(new Thing(what, path, null));

    /// <summary>It may be there, and may be somebody else's: it is removed only when it has these labels.</summary>
    public void MayHaveMade(string what, string path, IReadOnlyDictionary<string, string> labels) => _made.Add(new Thing(what, path, labels));

    /// <summary>The pod that an earlier process made.</summary>
    public void Found(string pod)
    {
        Pod = pod;
        Made("pod", Path);
    }

    /// <summary>Belongs to the pod from now on, and goes with it.</summary>
    public void GivenAway(string path) => _made.RemoveAll(thing => thing.Path == path);

    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public async Task<PodState> CreateAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        // Noted first: an answer that gets lost must not leave a pod behind.
        Pod = pod.Text("metadata", "name");
        Made("pod", Path);
        try
        {
            return PodState.Of(await cluster.PostAsync(PathOf("pods"), pod, cancellationToken));
        }
        catch (ClusterException e) when (e.IsConflict && e.Reason == "AlreadyExists")
        {
            // Nobody else makes this name: the answer to the try before was lost.
            return await StateAsync(cancellationToken);
        }
    }

    /// <exception cref="ClusterException">Refused, gone, or unreachable.</exception>
    public async Task<PodState> StateAsync(CancellationToken cancellationToken) => PodState.Of(await cluster.GetAsync(Path, cancellationToken));

    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public async Task RemovePodAsync(CancellationToken cancellationToken)
    {
        if (Pod.Length > 0)
        {
            var path = Path;
            await cluster.DeleteAsync(path, settings.CleanupGracePeriodSeconds, cancellationToken);
            GivenAway(path);
            Pod = "";
        }
    }

    /// <returns>What could not be removed.</returns>
    public async Task<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        // The last first: what belongs to a pod goes before it.
        for (var i = _made.Count - 1; i >= 0; i--)
        {
            var thing = _made[i];
            try
            {
                if (thing.Labels is null)
                {
                    await cluster.DeleteAsync(thing.Path, settings.CleanupGracePeriodSeconds, cancellationToken);
                }
                else
                {
                    await RemoveOwnAsync(thing.Path, thing.Labels, cancellationToken);
                }

                _made.RemoveAt(i);
            }
            catch (Exception e) when (e is ClusterException or OperationCanceledException)
            {
                problems.Add($"{thing.What}: {e.Message}");
            }
        }

        return problems;
    }

    private async Task RemoveOwnAsync(string path, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        try
        {
            var there = await cluster.GetAsync(path, cancellationToken);
            if (PodLabels.AreOn(there, labels))
            {
                await cluster.DeleteThisAsync(path, there.Text("metadata", "uid"), cancellationToken);
            }
        }
        catch (ClusterException e) when (e.IsNotFound)
        {
            // It was not made.
        }
    }

    /// <param name="What">For people.</param>
    /// <param name="Path">Where it is.</param>
    /// <param name="Labels">Null: it is known to be the job's own.</param>
    private sealed record Thing(string What, string Path, IReadOnlyDictionary<string, string>? Labels);
}
