using Gantry.Engine.Keeping;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>Mirrors and checkouts in a state folder, for <c>gantry prune</c>. Written by the runner alone.</summary>
public static class KeptSources
{
    /// <summary>Folder below the state folder: for each engine, for each job that has a checkout as it is instead of a copy, one folder.</summary>
    public const string SharedTrees = "overlays";

    /// <summary>File in the folder of such a job: the name of its checkout's folder, which must stay as long as this one.</summary>
    public const string SharedTree = "tree";

    private const string Used = ".used";
    private const string Gone = ".gone-";

    /// <param name="stateFolder">As executors have it; one that does not exist holds nothing.</param>
    public static IReadOnlyList<KeptThing> Find(string stateFolder)
    {
        var disk = KeptDisk.Of(Path.GetFullPath(stateFolder));
        var inUse = Folders(Path.Combine(stateFolder, SharedTrees)).SelectMany(Folders).Select(TreeOf).ToHashSet(StringComparer.Ordinal);
        var checkouts = Folders(Path.Combine(stateFolder, "trees")).SelectMany(Folders)
            .Where(folder => !inUse.Contains(Path.GetFileName(folder))).Select(folder => Checkout(folder, disk)).ToList();
        var mirrors = Folders(Path.Combine(stateFolder, "mirrors")).Select(folder => Thing("mirror", folder, LastFetch(folder), disk));
        return [.. checkouts, .. mirrors];
    }

    /// <summary>Empty: the job is being prepared, or has just ended.</summary>
    private static string TreeOf(string job)
    {
        try
        {
            return File.ReadAllText(Path.Combine(job, SharedTree));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static KeptThing Checkout(string folder, KeptDisk disk) =>
        // Without a mark it is half made, or half removed: its own age counts.
        Thing("checkout", folder, File.Exists(folder + Used) ? File.GetLastWriteTimeUtc(folder + Used) : Directory.GetLastWriteTimeUtc(folder), disk);

    private static KeptThing Thing(string kind, string folder, DateTime used, KeptDisk disk) => new()
    {
        Kind = kind,
        Name = folder,
        Bytes = SizeOf(folder),
        LastUsed = new DateTimeOffset(used, TimeSpan.Zero),
        Disk = disk,
        RemoveAsync = _ => Task.FromResult(Remove(folder)),
    };

    private static DateTime LastFetch(string mirror)
    {
        var mark = Path.Combine(mirror, "FETCH_HEAD");
        return File.Exists(mark) ? File.GetLastWriteTimeUtc(mark) : Directory.GetLastWriteTimeUtc(mirror);
    }

    private static string? Remove(string folder)
    {
        try
        {
            // Under another name first, so that no job finds half of it.
            var going = folder.Contains(Gone, StringComparison.Ordinal) ? folder : folder + Gone + Guid.NewGuid().ToString("n");
            if (going != folder)
            {
                Directory.Move(folder, going);
            }

            Directory.Delete(going, recursive: true);
            File.Delete(folder + Used);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    private static long SizeOf(string folder) => new DirectoryInfo(folder)
        .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Sum(file => file.Length);
}
