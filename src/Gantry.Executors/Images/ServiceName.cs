using System.Text.RegularExpressions;

namespace Gantry.Executors.Images;

/// <summary>A service's image, taken apart (official-executors §2.11).</summary>
/// <param name="Name">Without port and version; empty when the reference is none.</param>
/// <param name="Version">A tag, or <c>@</c> and a digest; <c>latest</c> when not given.</param>
/// <param name="Image">The reference with its version.</param>
/// <param name="Aliases">Default host names: slashes as two underscores, then as dashes.</param>
internal sealed partial record ServiceName(string Name, string Version, string Image, IReadOnlyList<string> Aliases)
{
    public static ServiceName Parse(string image)
    {
        var match = Reference().Match(image);
        if (!match.Success)
        {
            return new ServiceName("", "latest", image, []);
        }

        var name = match.Groups["host"].Value + match.Groups["path"].Value;
        var (tag, digest) = (match.Groups["tag"].Value, match.Groups["digest"].Value);
        var version = digest.Length > 0 ? "@" + digest : tag.Length > 0 ? tag : "latest";
        string[] aliases = [name.Replace("/", "__", StringComparison.Ordinal), name.Replace('/', '-')];
        return new ServiceName(name, version, tag.Length + digest.Length > 0 ? image : image + ":latest", [.. aliases.Distinct()]);
    }

    /// <summary><c>postgres:16</c> or <c>name@sha256:…</c>.</summary>
    public string Title => Version.StartsWith('@') ? Name + Version : $"{Name}:{Version}";

    /// <summary>The part of container names: two underscores for each slash.</summary>
    public string Slug => Name.Replace("/", "__", StringComparison.Ordinal);

    /// <summary>Aliases as a user writes them: divided by spaces or commas.</summary>
    public static IReadOnlyList<string> Split(string? aliases) =>
        (aliases ?? "").Split([' ', ',', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^(?<host>[a-zA-Z0-9.-]+(?=:[0-9]+/))?(?(host):[0-9]+)(?<path>/?[a-zA-Z0-9][a-zA-Z0-9._/-]*)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
