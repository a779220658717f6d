using System.Text.Json.Nodes;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>Capabilities of containers: <c>NET_RAW</c> is dropped, then what is added counts, then what is dropped.</summary>
internal static class Capabilities
{
    public static readonly IReadOnlyList<string> DroppedByDefault = ["NET_RAW"];

    /// <summary>Null: nothing to say.</summary>
    public static JsonObject? Of(KubernetesSettings settings, SecurityContext context) => Of(DroppedByDefault, settings, context);

    /// <summary>Null: nothing to say.</summary>
    public static JsonObject? Of(IReadOnlyList<string> byDefault, KubernetesSettings settings, SecurityContext context)
    {
        var (add, drop) = Merge(byDefault, settings.CapAdd, settings.CapDrop);
        (add, drop) = (context.CapAdd is { Count: > 0 } ownAdd ? ownAdd : add, context.CapDrop is { Count: > 0 } ownDrop ? ownDrop : drop);
        return ToJson(add, drop);
    }

    /// <param name="byDefault">Dropped unless it is added.</param>
    /// <param name="add">As configured.</param>
    /// <param name="drop">As configured: counts before <paramref name="add"/>.</param>
    public static (IReadOnlyList<string> Add, IReadOnlyList<string> Drop) Merge(
        IReadOnlyList<string> byDefault, IReadOnlyList<string> add, IReadOnlyList<string> drop)
    {
        var added = add.Except(drop).Distinct().ToList();
        return (added, [.. byDefault.Except(added).Concat(drop).Distinct()]);
    }

    public static JsonObject? ToJson(IReadOnlyList<string> add, IReadOnlyList<string> drop)
    {
        var json = new JsonObject().Put("add", add.Count > 0 ? add.ToJson() : null).Put("drop", drop.Count > 0 ? drop.ToJson() : null);
        return json.Count > 0 ? json : null;
    }
}
