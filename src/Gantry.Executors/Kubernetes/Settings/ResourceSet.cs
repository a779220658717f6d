using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>What a container or the pod may use and what is kept for it: resource → quantity.</summary>
internal sealed record ResourceSet(IReadOnlyDictionary<string, string> Limits, IReadOnlyDictionary<string, string> Requests)
{
    /// <summary>Name in a pod → part of keys and variables.</summary>
    public static readonly IReadOnlyList<(string Resource, string Key)> Kinds =
        [("cpu", "cpu"), ("memory", "memory"), ("ephemeral-storage", "ephemeral_storage")];

    /// <summary>Null when there is nothing to say.</summary>
    public JsonObject? ToJson()
    {
        var json = new JsonObject()
            .Put("limits", Limits.Count > 0 ? Limits.ToJson() : null).Put("requests", Requests.Count > 0 ? Requests.ToJson() : null);
        return json.Count > 0 ? json : null;
    }

    /// <exception cref="FormatException">Names the resource whose amount is none.</exception>
    public static decimal Amount(string resource, string text)
    {
        try
        {
            return Quantity.Parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"parsing resource \"{resource}\" with value \"{text}\": {e.Message}", e);
        }
    }
}
