namespace Gantry.Engine.Archives;

/// <summary>Lexical path rules: what a path of a job means relative to its project directory. Nothing is looked up on disk.</summary>
internal static class ProjectPath
{
    private static readonly char[] GlobCharacters = ['*', '?', '[', '{'];

    /// <summary>
    /// The path (or pattern) relative to the working directory with <c>.</c>, <c>..</c> and doubled slashes resolved;
    /// <c>.</c> for the directory itself; null when it lies outside.
    /// </summary>
    public static string? Relative(string workingDirectory, string path)
    {
        path = Slashes(path);
        var split = SplitPattern(path);
        var folder = Segments(Slashes(workingDirectory));
        // A drive is one where the folder is on one: to other machines it is a name like any other.
        var onDrive = HasDrive(Slashes(workingDirectory));
        var rooted = Rooted(split.Folder) || (onDrive && HasDrive(split.Folder));
        var target = Segments(rooted ? split.Folder : $"{Slashes(workingDirectory)}/{split.Folder}");
        if (target.Count < folder.Count || !target.Take(folder.Count).SequenceEqual(folder, onDrive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal))
        {
            return null;
        }

        // Dots behind the first special character are resolved too, as plain text.
        var relative = Segments(string.Join('/', target.Skip(folder.Count)) + "/" + split.Pattern);
        return relative.Count == 0 ? "." : string.Join('/', relative);
    }

    public static bool IsPattern(string path) => path.IndexOfAny(GlobCharacters) >= 0;

    public static string Slashes(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/') : path;

    // The part before the last slash in front of any special character; what has none is all folder.
    private static (string Folder, string Pattern) SplitPattern(string path)
    {
        if (!IsPattern(path))
        {
            return (path, "");
        }

        var slash = -1;
        for (var i = 0; i < path.Length && Array.IndexOf(GlobCharacters, path[i]) < 0; i++)
        {
            if (path[i] == '\\')
            {
                i++;
            }
            else if (path[i] == '/')
            {
                slash = i;
            }
        }

        return slash switch
        {
            < 0 => ("", path),
            0 => ("/", path[1..]),
            _ => (path[..slash], path[(slash + 1)..]),
        };
    }

    private static bool HasDrive(string path) => path is [var letter, ':', '/', ..] && char.IsAsciiLetter(letter);

    private static bool Rooted(string path) =>
        path.StartsWith('/') || (OperatingSystem.IsWindows() && Path.IsPathFullyQualified(path));

    private static List<string> Segments(string path)
    {
        List<string> segments = [];
        foreach (var segment in path.Split('/'))
        {
            if (segment is "..")
            {
                // Above the root there is the root; relative remainders never begin with "..", for they are joined to a folder.
                segments = segments is [] ? segments : segments[..^1];
            }
            else if (segment is not ("" or "."))
            {
                segments.Add(segment);
            }
        }

        return segments;
    }
}
