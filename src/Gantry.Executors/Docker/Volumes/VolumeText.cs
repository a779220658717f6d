using System.Text.RegularExpressions;
using Gantry.Engine.Plans;

namespace Gantry.Executors.Docker.Volumes;

/// <summary>
/// The volume grammar of one platform: <c>[source:]destination[:mode][,label][,propagation]</c> (official-executors §2.7).
/// </summary>
internal sealed partial class VolumeText
{
    public static readonly VolumeText Linux = new(LinuxForm(), path => path.StartsWith('/'), path => path, "");
    public static readonly VolumeText Windows = new(
        WindowsForm(), path => GuestPath.HasDrive(path + "/") || IsPipe(path), path => GuestPath.ToSlash(path).ToUpperInvariant(), "C:");

    private readonly Regex _form;
    private readonly Func<string, bool> _isAbsolute;
    private readonly Func<string, string> _plain;
    private readonly string _root;

    private VolumeText(Regex form, Func<string, bool> isAbsolute, Func<string, string> plain, string root) =>
        (_form, _isAbsolute, _plain, _root) = (form, isAbsolute, plain, root);

    /// <summary>A path that says where it begins, so that a folder of a container can be there.</summary>
    public bool IsAbsolute(string path) => _isAbsolute(path);

    /// <summary>The top of a container's own files, on which nothing can be mounted.</summary>
    public bool IsRoot(string path) => Plain(GuestPath.Clean(path)) == _root;

    /// <summary>How equal paths are written the same way, without a slash at the end.</summary>
    public string Plain(string path) => _plain(path).TrimEnd('/', '\\');

    /// <exception cref="FormatException">Not of this form.</exception>
    public Volume Parse(string text)
    {
        var match = _form.Match(text);
        return match.Success
            ? new Volume
            {
                Source = match.Groups["source"].Value,
                Destination = match.Groups["destination"].Value,
                Mode = match.Groups["mode"].Value,
                Label = match.Groups["label"].Value,
                Propagation = match.Groups["propagation"].Value,
            }
            : throw new FormatException($"invalid volume specification: \"{text.Replace("\\", "\\\\", StringComparison.Ordinal)}\"");
    }

    /// <summary>A folder of the host is mounted on <paramref name="folder"/> or above it, so other jobs see the same files.</summary>
    /// <exception cref="FormatException">One of the texts is no volume.</exception>
    public bool IsHostMounted(string folder, IEnumerable<string> volumes)
    {
        var found = false;
        foreach (var volume in volumes.Select(Parse))
        {
            found |= volume.Source.Length > 0 && IsWithin(folder, volume.Destination);
        }

        return found;
    }

    private static bool IsPipe(string path) => path is ['/' or '\\', '/' or '\\', '.', ..];

    /// <summary>The one is the other, or below it.</summary>
    public bool IsWithin(string folder, string parent)
    {
        var (child, top) = (Plain(folder), Plain(parent));
        return child == top || (child.StartsWith(top, StringComparison.Ordinal) && child[top.Length] is '/' or '\\');
    }

    [GeneratedRegex("""
        ^(?:(?<source>/[^\\:*?"<>|\r\n]*|[^\\/:*?"<>|\r\n]+):)?(?<destination>/[^\\:*?"<>|\r\n]*?)(?::(?<mode>(?i:ro|rw|O)))?(?:[:,](?<label>(?i:z)))?(?:[:,](?<propagation>r?(?:shared|slave|private)))?$
        """, RegexOptions.CultureInvariant)]
    private static partial Regex LinuxForm();

    [GeneratedRegex("""
        ^(?:(?<source>(?:\\\\\?\\)?[a-z]:(?:[\\/][^\\/:*?"<>|\r\n]*)*|[^\\/:*?"<>|\r\n]+|[/\\]{2}\.[/\\]pipe[/\\][^:*?"<>|\r\n]+):)?(?<destination>[a-z]:(?:[\\/][^\\/:*?"<>|\r\n]*)*|[/\\]{2}\.[/\\]pipe[/\\][^:*?"<>|\r\n]+)(?::(?<mode>ro|rw))?(?<label>)(?<propagation>)$
        """, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex WindowsForm();
}

/// <summary>One volume entry, read. Absent parts are empty.</summary>
internal sealed record Volume
{
    /// <summary>A folder of the host or a volume's name; empty for a cache volume.</summary>
    public string Source { get; init; } = "";

    public string Destination { get; init; } = "";

    /// <summary><c>ro</c>, <c>rw</c> or <c>O</c>.</summary>
    public string Mode { get; init; } = "";

    /// <summary>SELinux: <c>z</c> or <c>Z</c>.</summary>
    public string Label { get; init; } = "";

    public string Propagation { get; init; } = "";

    /// <summary>Of source and destination, how many there are.</summary>
    public int Length => (Source.Length > 0 ? 1 : 0) + (Destination.Length > 0 ? 1 : 0);

    /// <summary>The text the engine takes as a bind.</summary>
    public string Definition
    {
        get
        {
            var options = string.Join(',', new[] { Mode, Label, Propagation }.Where(part => part.Length > 0));
            return string.Join(':', new[] { Source, Destination, options }.Where(part => part.Length > 0));
        }
    }
}
