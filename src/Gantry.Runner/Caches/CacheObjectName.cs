using System.Globalization;
using Gantry.Engine.Links;

namespace Gantry.Runner.Caches;

/// <summary>Names of objects: <c>Path/runner/SHORT/project/ID/[ab/]KEY</c> (official-job-protocol §7.8).</summary>
internal static class CacheObjectName
{
    /// <summary>Null with a null problem when there is no key.</summary>
    public static string? Of(CacheSettings settings, CacheObject wanted, out string? problem)
    {
        problem = null;
        if (wanted.Key.Length == 0)
        {
            problem = "Empty cache key. Skipping adapter selection.";
            return null;
        }

        var project = wanted.ProjectId.ToString(CultureInfo.InvariantCulture);
        var root = Join(settings.Path, settings.Shared ? "" : $"runner/{wanted.RunnerShortToken}", $"project/{project}");
        var name = Clean(Join(root, wanted.Sharded && wanted.Key.Length >= 2 ? wanted.Key[..2] : "", wanted.Key));
        if (name.StartsWith(Clean(root) + "/", StringComparison.Ordinal))
        {
            return name;
        }

        problem = "computed cache path outside of project bucket. Please remove `../` from cache key";
        return null;
    }

    private static string Join(params string[] parts) => string.Join('/', parts.Where(p => p.Length > 0));

    private static string Clean(string path)
    {
        var segments = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment == ".." && segments.Count > 0)
            {
                segments.RemoveAt(segments.Count - 1);
            }
            else if (segment is not ("" or "." or ".."))
            {
                segments.Add(segment);
            }
        }

        return string.Join('/', segments);
    }
}
