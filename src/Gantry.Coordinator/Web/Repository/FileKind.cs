namespace Gantry.Coordinator.Web.Repository;

/// <summary>How a file's bytes are served and shown.</summary>
internal static class FileKind
{
    // Enough to tell text from anything else, as git does.
    private const int Looked = 8_000;

    /// <summary>The content type of an image that pages show; null for other files.</summary>
    public static string? ImageType(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".webp" => "image/webp",
        ".avif" => "image/avif",
        ".ico" => "image/x-icon",
        ".svg" => "image/svg+xml",
        _ => null,
    };

    public static bool IsText(ReadOnlySpan<byte> bytes) => !bytes[..Math.Min(Looked, bytes.Length)].Contains((byte)0);
}
