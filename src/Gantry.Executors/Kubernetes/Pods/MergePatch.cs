using System.Text.Json.Nodes;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>JSON merge patch (RFC 7396): maps are merged, null removes, everything else replaces.</summary>
internal static class MergePatch
{
    /// <param name="target">Is changed.</param>
    /// <param name="patch">Stays as it is.</param>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes)
        {
            return patch?.DeepClone();
        }

        var result = target as JsonObject ?? [];
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                result.Remove(name);
                continue;
            }

            var before = result[name];
            result.Remove(name);
            result[name] = Apply(before, value);
        }

        return result;
    }
}
