using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Engine.Executors;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>A namespace for one job (<c>namespace_per_job</c>), which goes with it.</summary>
internal static class JobNamespace
{
    public static string NameOf(long job) => string.Create(CultureInfo.InvariantCulture, $"ci-job-{job}");

    public static string PathOf(string name) => "/api/v1/namespaces/" + Uri.EscapeDataString(name);

    /// <param name="place">In it.</param>
    /// <param name="surroundings">Whose it is.</param>
    /// <param name="job">Its number.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">There is one of that name, and it is somebody else's.</exception>
    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public static async Task MakeAsync(PodPlace place, KubernetesSurroundings surroundings, long job, CancellationToken cancellationToken)
    {
        var labels = Labels(surroundings, job);
        labels[PodLabels.Process] = surroundings.ProcessId;
        var path = PathOf(place.Namespace);
        // Noted first: an answer that gets lost must not leave it behind, nor say that it is ours.
        place.MayHaveMade("namespace", path, labels);
        try
        {
            await place.Cluster.PostAsync("/api/v1/namespaces", new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = place.Namespace, ["labels"] = labels.ToJson() },
            }, cancellationToken);
            place.GivenAway(path);
            place.Made("namespace", path);
        }
        catch (ClusterException e) when (e.IsConflict)
        {
            // Jobs of two GitLabs may have one number: nothing is removed that is not known to be ours.
            place.GivenAway(path);
            var there = await place.Cluster.GetAsync(path, cancellationToken);
            if (!PodLabels.AreOn(there, labels))
            {
                throw EnvironmentException.Broken($"namespace \"{place.Namespace}\" is there already, and is not this job's: another runner uses the cluster with namespace_per_job", e);
            }

            place.Made("namespace", path);
            if (there.Text("status", "phase") == "Terminating")
            {
                throw EnvironmentException.Broken($"namespace \"{place.Namespace}\" of an earlier try is still being removed", e);
            }
        }
        catch (ClusterException e) when (e.Status is >= 400 and < 500)
        {
            place.GivenAway(path);
            throw;
        }
    }

    /// <summary>An earlier process made it; what it knew of it is not known any more.</summary>
    /// <param name="place">In it.</param>
    /// <param name="surroundings">Whose it is.</param>
    /// <param name="job">Its number.</param>
    public static void Found(PodPlace place, KubernetesSurroundings surroundings, long job)
    {
        if (place.Namespace == NameOf(job))
        {
            place.MayHaveMade("namespace", PathOf(place.Namespace), Labels(surroundings, job));
        }
    }

    private static Dictionary<string, string> Labels(KubernetesSurroundings surroundings, long job) => new()
    {
        [PodLabels.Owner] = surroundings.OwnerId,
        [PodLabels.Job] = job.ToString(CultureInfo.InvariantCulture),
    };
}
