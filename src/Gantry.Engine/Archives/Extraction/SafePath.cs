namespace Gantry.Engine.Archives.Extraction;

/// <summary>Names from archives: what may become a path, and where a link may point.</summary>
internal static class SafePath
{
    /// <summary>
    /// The name without <c>./</c>, doubled and trailing slashes; <c>.</c> for the target itself.
    /// </summary>
    /// <exception cref="ArchiveException">Absolute, with <c>..</c>, with a zero byte, or not a path of this system.</exception>
    public static string Of(string name)
    {
        if (name.Length == 0 || name[0] == '/' || name.Contains('\0') || (OperatingSystem.IsWindows() && name.AsSpan().ContainsAny('\\', ':')))
        {
            throw Refused(name);
        }

        List<string> segments = [];
        foreach (var segment in name.Split('/'))
        {
            if (segment == "..")
            {
                throw Refused(name);
            }

            if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }

        return segments.Count == 0 ? "." : string.Join('/', segments);
    }

    /// <summary>
    /// The link stays below the target whatever other links do: its <c>..</c> come first, where they lead through real
    /// folders, and are no more than the folders it lies in. (<c>a/..</c> is not nothing when <c>a</c> is a link.)
    /// </summary>
    public static bool StaysInside(string path, string target)
    {
        if (target.Length == 0 || target[0] == '/' || target.Contains('\0') || (OperatingSystem.IsWindows() && Path.IsPathRooted(target)))
        {
            return false;
        }

        var above = path.AsSpan().Count('/');
        var descended = false;
        foreach (var segment in target.Replace('\\', OperatingSystem.IsWindows() ? '/' : '\\').Split('/'))
        {
            switch (segment)
            {
                case "" or ".":
                    break;
                case ".." when descended || above-- == 0:
                    return false;
                case "..":
                    break;
                default:
                    descended = true;
                    break;
            }
        }

        return true;
    }

    private static ArchiveException Refused(string name) =>
        new($"{GoText.Quote(name)} cannot be extracted: it names a place outside the target directory");
}
