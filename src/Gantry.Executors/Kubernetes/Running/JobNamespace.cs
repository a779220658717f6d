using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Engine.Executors;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>A namespace for one job (<c>namespace_per_job</c>), which goes with it.</summary>
internal static class JobNamespace
{
    public static string NameOf(long job) => string.Create(CultureInfo.InvariantCulture, $"ci-job-{job}");

    public static string PathOf(string name) => "/api/v1/namespaces/" + Uri.EscapeDataString(name);

    /// <param name="place">In it.</param>
    /// <param name="labels">Say whose it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">There is one of that name, and it is somebody else's.</exception>
    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public static async Task MakeAsync(PodPlace place, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var path = PathOf(place.Namespace);
        // Noted first: an answer that gets lost must not leave it behind.
        place.Made("namespace", path);
        try
        {
            await place.Cluster.PostAsync("/api/v1/namespaces", new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Namespace",
                ["metadata"] = new JsonObject { ["name"] = place.Namespace, ["labels"] = labels.ToJson() },
            }, cancellationToken);
        }
        catch (ClusterException e) when (e.IsConflict)
        {
            // Jobs of two GitLabs may have one number: nothing is removed that is not known to be ours.
            place.GivenAway(path);
            var there = await place.Cluster.GetAsync(path, cancellationToken);
            if (labels.Any(label => there.At("metadata", "labels").Text(label.Key) != label.Value || label.Value.Length == 0))
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
}
