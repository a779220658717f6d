namespace Gantry.Engine.Keeping;

/// <summary>Something that outlives jobs only to make the next one quicker: it may go at any time when nothing uses it.</summary>
public sealed record KeptThing
{
    /// <summary>As the user reads it: <c>checkout</c>, <c>mirror</c>, <c>volume</c>, <c>image</c>.</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }
    public required long Bytes { get; init; }
    public required DateTimeOffset LastUsed { get; init; }
    public required KeptDisk Disk { get; init; }

    /// <summary>Removes it. Gives the reason when it is in use after all.</summary>
    public required Func<CancellationToken, Task<string?>> RemoveAsync { get; init; }
}

/// <summary>Where a thing takes up space.</summary>
/// <param name="Name">Things with the same name share the space.</param>
/// <param name="Free">Bytes; null where it cannot be seen (an engine on another machine).</param>
public sealed record KeptDisk(string Name, long? Free)
{
    /// <summary>The file system of a folder of this machine.</summary>
    public static KeptDisk Of(string folder)
    {
        var drive = DriveInfo.GetDrives().Where(drive => IsWithin(folder, drive.Name)).MaxBy(drive => drive.Name.Length);
        return drive is null ? new KeptDisk(folder, null) : new KeptDisk(drive.Name, drive.AvailableFreeSpace);
    }

    private static bool IsWithin(string folder, string root) =>
        folder.StartsWith(root, StringComparison.Ordinal) && (root.EndsWith('/') || folder.Length == root.Length || folder[root.Length] == '/');
}
