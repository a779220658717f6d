using System.Text.RegularExpressions;

namespace Gantry.Executors.Docker.Images;

/// <summary>
/// The official helper image for an engine: its name is shown when <c>helper_image</c> replaces it. This runner needs no
/// helper image of its own (official-executors §2.6).
/// </summary>
/// <param name="Architecture">In the image's spelling.</param>
/// <param name="Tag">Without the name.</param>
/// <param name="Archive">Base name of the packaged archive.</param>
internal sealed partial record HelperImage(string Architecture, string Tag, string Archive)
{
    public const string Name = "registry.gitlab.com/gitlab-org/gitlab-runner/gitlab-runner-helper";

    private static readonly Dictionary<string, (string Version, string Archive)> WindowsByKernel = new()
    {
        ["10.0.17763"] = ("1809", "ltsc2019"),
        ["10.0.19043"] = ("1809", "ltsc2019"),
        ["10.0.19044"] = ("1809", "ltsc2019"),
        ["10.0.19045"] = ("1809", "ltsc2019"),
        ["10.0.20348"] = ("21H2", "ltsc2022"),
        ["10.0.22000"] = ("21H2", "ltsc2022"),
        ["10.0.22621"] = ("21H2", "ltsc2022"),
        ["10.0.22631"] = ("21H2", "ltsc2022"),
        ["10.0.26100"] = ("24H2", "ltsc2025"),
        ["10.0.26200"] = ("24H2", "ltsc2025"),
    };

    public static HelperImage Linux(string architecture, string revision, string flavor, string shell, string ownArchitecture)
    {
        var arch = architecture switch
        {
            "armv6l" or "armv7l" => "arm",
            "aarch64" => "arm64",
            "amd64" => "x86_64",
            "" => ownArchitecture,
            _ => architecture,
        };
        var prefix = flavor is "" or "alpine" ? "" : flavor + "-";
        var suffix = shell == "pwsh" ? "-pwsh" : "";
        return new HelperImage(arch, $"{prefix}{arch}-{revision}{suffix}", $"prebuilt-{(flavor.Length == 0 ? "alpine" : flavor)}-{arch}{suffix}");
    }

    /// <exception cref="FormatException">No image fits this kernel.</exception>
    public static HelperImage Windows(string architecture, string kernel, string revision)
    {
        var (version, archive) = WindowsVersion(kernel);
        var arch = architecture is "arm64" or "aarch64" && version == "24H2" ? "arm64" : "x86_64";
        return new HelperImage(arch, $"{arch}-{revision}-servercore{version}", $"prebuilt-windows-servercore-{archive}-{arch}");
    }

    /// <param name="kernel">Such as <c>10.0 17763 (17763.1.amd64fre…)</c> or <c>10.0.17763</c>.</param>
    /// <exception cref="FormatException">Unknown.</exception>
    public static (string Version, string Archive) WindowsVersion(string kernel)
    {
        var match = Kernel().Match(kernel);
        return match.Success && WindowsByKernel.TryGetValue($"10.0.{match.Groups[1].Value}", out var found)
            ? found
            : throw new FormatException($"unsupported Windows version: {kernel}");
    }

    /// <summary><c>16.6.0~beta</c> → <c>v16.6.0</c>; anything that is no release → <c>latest</c>.</summary>
    public static string Revision(string version) => Release().Match(version) is { Success: true } match ? "v" + match.Value : "latest";

    [GeneratedRegex(@"^\d+\.\d+\.\d+")]
    private static partial Regex Release();

    [GeneratedRegex(@"^10\.0[. ](\d+)")]
    private static partial Regex Kernel();
}
