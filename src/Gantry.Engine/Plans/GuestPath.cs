namespace Gantry.Engine.Plans;

/// <summary>
/// Paths of the place where a job runs, which need not be this machine: forward slashes, pure text, no disk.
/// A Windows drive counts as absolute.
/// </summary>
public static class GuestPath
{
    public static bool IsAbsolute(string path) => path.StartsWith('/') || path.StartsWith('\\') || HasDrive(path);

    /// <summary>Begins with the root of a drive of Windows: <c>C:\</c>.</summary>
    public static bool HasDrive(string path) => path is [var letter, ':', '/' or '\\', ..] && char.IsAsciiLetter(letter);

    /// <summary>Shortest equal path: no doubled slashes, no <c>.</c>, no inner <c>..</c>, no slash at the end. Empty becomes <c>.</c>.</summary>
    public static string Clean(string path)
    {
        var rooted = path.StartsWith('/');
        var kept = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
            {
                continue;
            }

            if (part != "..")
            {
                kept.Add(part);
            }
            else if (kept.Count > 0 && kept[^1] != "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (!rooted)
            {
                kept.Add(part);
            }
        }

        var joined = string.Join('/', kept);
        return rooted ? "/" + joined : joined.Length == 0 ? "." : joined;
    }

    /// <summary>Joins what is not empty, and cleans. Nothing at all stays empty.</summary>
    public static string Join(params ReadOnlySpan<string> parts)
    {
        var joined = "";
        foreach (var part in parts)
        {
            joined = part.Length == 0 ? joined : joined.Length == 0 ? part : $"{joined}/{part}";
        }

        return joined.Length == 0 ? "" : Clean(joined);
    }

    /// <summary>The top of all folders, however it is written.</summary>
    public static bool IsRoot(string path) => Clean(path) == "/";

    /// <summary>Forward slashes instead of backslashes.</summary>
    public static string ToSlash(string path) => path.Replace('\\', '/');

    /// <summary>True when <paramref name="path"/> is below or equal to <paramref name="folder"/>; both as text, <c>..</c> resolved.</summary>
    public static bool IsWithin(string path, string folder)
    {
        var (inner, outer) = (Clean(path), Clean(folder));
        return inner == outer || inner.StartsWith(outer.EndsWith('/') ? outer : outer + "/", StringComparison.Ordinal);
    }

    /// <summary>How to reach <paramref name="target"/> from <paramref name="folder"/>. Null when one is absolute and the other not.</summary>
    public static string? Relative(string folder, string target)
    {
        if (IsAbsolute(folder) != IsAbsolute(target))
        {
            return null;
        }

        var from = Parts(folder);
        var to = Parts(target);
        var common = 0;
        while (common < from.Length && common < to.Length && from[common] == to[common])
        {
            common++;
        }

        var steps = Enumerable.Repeat("..", from.Length - common).Concat(to[common..]).ToList();
        return steps.Count == 0 ? "." : string.Join('/', steps);
    }

    private static string[] Parts(string path) =>
        [.. Clean(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];
}
