using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>
/// Kubernetes' strategic merge for a pod's specification: maps are merged, null removes, lists whose items have a key are merged by it, other
/// lists are replaced. <c>$patch</c> may say <c>delete</c>, <c>replace</c> or <c>merge</c>.
/// </summary>
internal static class StrategicPatch
{
    private const string Directive = "$patch";
    private const string Retained = "$retainKeys";

    /// <summary>Lists of pods, and what tells their items apart (the patchMergeKey of the API's types).</summary>
    private static readonly Dictionary<string, string> MergeKeys = new(StringComparer.Ordinal)
    {
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["ephemeralContainers"] = "name",
        ["volumes"] = "name",
        ["env"] = "name",
        ["volumeMounts"] = "mountPath",
        ["volumeDevices"] = "devicePath",
        ["ports"] = "containerPort",
        ["hostAliases"] = "ip",
        ["imagePullSecrets"] = "name",
        ["topologySpreadConstraints"] = "topologyKey",
        ["resourceClaims"] = "name",
    };

    /// <param name="target">Stays as it is.</param>
    /// <param name="patch">A map.</param>
    /// <exception cref="FormatException">It cannot be applied.</exception>
    public static JsonObject Apply(JsonObject target, JsonNode patch) =>
        patch is JsonObject changes ? Merge((JsonObject)target.DeepClone(), changes) : throw new FormatException("a strategic patch is a map");

    private static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        if (patch.Text(Directive) == "replace")
        {
            return Content(patch);
        }

        if (patch.At(Retained) is JsonArray retained)
        {
            var kept = retained.Select(name => name?.ToString()).ToHashSet();
            foreach (var name in target.Select(pair => pair.Key).Where(name => !kept.Contains(name)).ToList())
            {
                target.Remove(name);
            }
        }

        foreach (var (name, value) in patch)
        {
            if (name is Directive or Retained)
            {
                continue;
            }

            if (name.StartsWith('$'))
            {
                throw new FormatException($"the directive {name} is not supported: use $patch, or a patch of type json");
            }

            var before = target[name];
            target.Remove(name);
            if (value is not null && Changed(name, before, value) is { } after)
            {
                target[name] = after;
            }
        }

        return target;
    }

    private static JsonNode? Changed(string name, JsonNode? before, JsonNode value) => value switch
    {
        JsonObject map when map.Text(Directive) == "delete" => null,
        JsonObject map => Merge(before as JsonObject ?? [], map),
        JsonArray list when MergeKeys.TryGetValue(name, out var key) => MergeList(before as JsonArray ?? [], list, key),
        _ => value.DeepClone(),
    };

    private static JsonArray MergeList(JsonArray before, JsonArray patch, string key)
    {
        var items = before.ToList();
        before.Clear();
        if (patch.Any(item => item is JsonObject { Count: 1 } map && map.Text(Directive) == "replace"))
        {
            items.Clear();
        }

        // What is new stands in front of what was there, as the API does it.
        var fresh = new List<JsonNode?>();
        foreach (var item in patch)
        {
            if (item is not JsonObject map || map.At(key) is not { } wanted)
            {
                _ = item is JsonObject { Count: 1 } only && only.ContainsKey(Directive) ? true : throw new FormatException($"an item of a list has no {key}");
                continue;
            }

            var index = items.FindIndex(known => JsonNode.DeepEquals(known.At(key), wanted));
            if (map.Text(Directive) == "delete")
            {
                items = index < 0 ? items : [.. items.Where((_, i) => i != index)];
            }
            else if (index < 0)
            {
                fresh.Add(Content(map));
            }
            else
            {
                items[index] = Merge((JsonObject)items[index]!, map);
            }
        }

        return new JsonArray([.. fresh, .. items]);
    }

    private static JsonObject Content(JsonObject patch)
    {
        var content = (JsonObject)patch.DeepClone();
        content.Remove(Directive);
        content.Remove(Retained);
        return content;
    }
}
