using Gantry.Engine.Archives.Blocks;

namespace Gantry.Engine.Archives.Zip;

/// <summary>One line of a zip's table of contents.</summary>
internal sealed record ZipItem
{
    /// <summary>Its path is safe.</summary>
    public required FileEntry Entry { get; init; }

    /// <summary>The name as it stands in the archive.</summary>
    public required string Name { get; init; }

    public required ZipMethod Method { get; init; }
    public required bool IsEncrypted { get; init; }
    public required uint Checksum { get; init; }
    public required long Compressed { get; init; }

    /// <summary>Where its local header begins.</summary>
    public required long Offset { get; init; }
}
