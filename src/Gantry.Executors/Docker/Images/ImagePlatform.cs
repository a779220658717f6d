using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Engine.Traces;

namespace Gantry.Executors.Docker.Images;

/// <summary><c>image:docker:platform</c>: <c>os/arch[/variant]</c> or an architecture alone.</summary>
internal sealed record ImagePlatform(
    [property: JsonPropertyName("architecture")] string Architecture,
    [property: JsonPropertyName("os")] string Os,
    [property: JsonPropertyName("variant")] string? Variant)
{
    /// <summary>Null for an empty text.</summary>
    public static ImagePlatform? Parse(string text)
    {
        var parts = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            [] => null,
            ["linux" or "windows"] => new ImagePlatform("", parts[0], null),
            [var arch] => new ImagePlatform(arch, "linux", null),
            [var os, var arch] => new ImagePlatform(arch, os, null),
            [var os, var arch, var variant, ..] => new ImagePlatform(arch, os, variant),
        };
    }

    /// <summary>The text with a system that containers can have.</summary>
    public static string Corrected(string text, IJobLog log)
    {
        if (Parse(text) is not { } platform || platform.Os is "linux" or "windows")
        {
            return text;
        }

        log.Warning($"Platform OS \"{platform.Os}\" in \"{text}\" is not a valid container OS; using \"linux\" instead");
        return (platform with { Os = "linux" }).ToString();
    }

    /// <summary>What image inspect takes; null for an empty text.</summary>
    public static string? ToJson(string text) => Parse(text) is { } platform ? JsonSerializer.Serialize(platform, PlatformJson.Default.ImagePlatform) : null;

    public override string ToString() => string.Join('/', new[] { Os, Architecture, Variant ?? "" }.Where(part => part.Length > 0));
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImagePlatform))]
internal sealed partial class PlatformJson : JsonSerializerContext;
