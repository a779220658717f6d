using System.Text;
using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;
using Gantry.Executors.Registries;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>Logins for registries as a secret of the cluster, which the pod names and takes with it.</summary>
internal static class PullSecret
{
    /// <summary>What the kubelet calls the registry that names without a host mean.</summary>
    private const string DockerHub = "https://index.docker.io/v1/";

    /// <summary>Null: there is no login that a secret could hold.</summary>
    /// <param name="name">Of the secret.</param>
    /// <param name="logins">All that are known for the job.</param>
    /// <param name="labels">Those of the pod.</param>
    public static JsonObject? Make(string name, IReadOnlyList<RegistryLogin> logins, IReadOnlyDictionary<string, string> labels)
    {
        var entries = new JsonObject();
        // A token without a name is for the docker client only.
        foreach (var login in logins.Where(login => login.User.Length > 0))
        {
            var (user, password) = (login.User, login.Password.Reveal());
            entries[login.Path == "docker.io" ? DockerHub : login.Path] = new JsonObject
            {
                ["username"] = user,
                ["password"] = password,
                ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")),
            };
        }

        return entries.Count == 0 ? null : new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels.ToJson() },
            ["type"] = "kubernetes.io/dockercfg",
            ["data"] = new JsonObject { [".dockercfg"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(entries.ToJsonString())) },
        };
    }

    /// <summary>The cluster removes it with the pod.</summary>
    public static JsonObject OwnedBy(JsonObject thing, PodState pod)
    {
        var owned = (JsonObject)thing.DeepClone();
        ((JsonObject)owned["metadata"]!)["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["name"] = pod.Name,
            ["uid"] = pod.Uid,
        });
        return owned;
    }
}
