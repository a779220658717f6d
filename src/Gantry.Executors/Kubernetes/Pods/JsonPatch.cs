using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>JSON patch (RFC 6902): a list of operations on paths.</summary>
internal static class JsonPatch
{
    /// <param name="target">Stays as it is.</param>
    /// <param name="patch">A list of operations.</param>
    /// <exception cref="FormatException">An operation cannot be carried out.</exception>
    public static JsonNode? Apply(JsonNode target, JsonNode patch)
    {
        if (patch is not JsonArray operations)
        {
            throw new FormatException("a patch of type json is a list of operations");
        }

        JsonNode? root = target.DeepClone();
        foreach (var (operation, i) in operations.Select((operation, i) => (operation, i)))
        {
            try
            {
                root = One(root, operation);
            }
            catch (FormatException e)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"operation {i + 1}: {e.Message}"), e);
            }
        }

        return root;
    }

    private static JsonNode? One(JsonNode? root, JsonNode? operation)
    {
        var path = operation.Text("path");
        var value = operation.At("value")?.DeepClone();
        switch (operation.Text("op"))
        {
            case "add":
                return Add(root, path, value);
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                return path.Length == 0 ? value : Add(Remove(root, path, out _), path, value);
            case "copy":
                return Add(root, path, Find(root, operation.Text("from"))?.DeepClone());
            case "move":
                return Add(Remove(root, operation.Text("from"), out var moved), path, moved);
            case "test":
                return JsonNode.DeepEquals(Find(root, path), value) ? root : throw new FormatException($"{path} is not what the test wants");
            case var name:
                throw new FormatException($"the operation \"{name}\" is not known");
        }
    }

    private static JsonNode? Add(JsonNode? root, string path, JsonNode? value)
    {
        if (path.Length == 0)
        {
            return value;
        }

        var (parent, last) = Parent(root, path);
        switch (parent)
        {
            case JsonObject map:
                map[last] = value;
                break;
            case JsonArray list when last == "-":
                list.Add(value);
                break;
            case JsonArray list:
                list.Insert(Index(list, last, list.Count), value);
                break;
            default:
                throw new FormatException($"there is nothing at {path} that could hold a value");
        }

        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string path, out JsonNode? removed)
    {
        if (path.Length == 0)
        {
            removed = root;
            return null;
        }

        var (parent, last) = Parent(root, path);
        switch (parent)
        {
            case JsonObject map when map.TryGetPropertyValue(last, out removed):
                map.Remove(last);
                break;
            case JsonArray list:
                var index = Index(list, last, list.Count - 1);
                removed = list[index];
                list.RemoveAt(index);
                break;
            default:
                throw new FormatException($"there is nothing at {path}");
        }

        return root;
    }

    private static (JsonNode? Parent, string Last) Parent(JsonNode? root, string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? throw new FormatException($"the path \"{path}\" does not begin with a slash") : (Find(root, path[..slash]), Plain(path[(slash + 1)..]));
    }

    private static JsonNode? Find(JsonNode? root, string path)
    {
        if (path.Length == 0)
        {
            return root;
        }

        foreach (var part in path[1..].Split('/').Select(Plain))
        {
            root = root switch
            {
                JsonObject map when map.TryGetPropertyValue(part, out var value) => value,
                JsonArray list => list[Index(list, part, list.Count - 1)],
                _ => throw new FormatException($"there is nothing at {path}"),
            };
        }

        return root;
    }

    private static int Index(JsonArray list, string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= most && most >= 0 && list.Count >= most
            ? index
            : throw new FormatException($"\"{text}\" is no place in a list of {list.Count.ToString(CultureInfo.InvariantCulture)}");

    private static string Plain(string part) => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
