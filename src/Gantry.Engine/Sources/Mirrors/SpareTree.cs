using System.Buffers.Binary;

namespace Gantry.Engine.Sources.Mirrors;

/// <summary>
/// A checkout nobody needs any more, from which the next one of the same project is made: git then writes only the files that differ.
/// Writing a large project anew costs seconds, and much more on ext4 shortly after as many files were removed. Only whoever
/// has moved the folder has it, so no lock is needed. Written by the runner alone.
/// </summary>
public static class SpareTree
{
    /// <summary>Fewer files are written so quickly that nothing needs to stay behind.</summary>
    private const int Fewest = 1_000;

    private const string Name = "spare";

    /// <summary>Makes a kept checkout the spare one of a state folder; nothing happens when there is none, or when it is on another disk.</summary>
    /// <param name="kept">See <see cref="Keep"/>.</param>
    /// <param name="stateFolder">As executors have it.</param>
    public static void Offer(string kept, string stateFolder)
    {
        if (Directory.Exists(kept))
        {
            Directory.CreateDirectory(stateFolder);
            Move(kept, Path.Combine(stateFolder, Name));
        }
    }

    /// <summary>Moves a large checkout out of a state folder that is about to be removed. Only when no job uses it any more.</summary>
    /// <param name="stateFolder">As executors have it.</param>
    /// <param name="kept">Where it goes; what is there already stays instead.</param>
    public static void Keep(string stateFolder, string kept)
    {
        var trees = Path.Combine(stateFolder, "trees");
        var found = (Directory.Exists(trees) ? Directory.GetDirectories(trees) : [])
            .SelectMany(Directory.GetDirectories)
            .Append(Path.Combine(stateFolder, Name))
            .FirstOrDefault(tree => !Path.GetFileName(tree).Contains('.', StringComparison.Ordinal) && IsWorthKeeping(Path.Combine(tree, ".git")));
        if (found is not null && !Path.Exists(kept))
        {
            // Files of a checkout may be open to everybody; what is above them must not be.
            PrivateFolder.Create(Path.GetDirectoryName(kept)!);
            Move(found, kept);
        }
    }

    /// <summary>
    /// Takes the spare checkout: its files, and as <c>.git</c> an empty folder.
    /// </summary>
    /// <param name="stateFolder">As executors have it.</param>
    /// <param name="work">Becomes the checkout; must not exist.</param>
    /// <returns>Git's list of the files, for the new <c>.git</c>; null when there is no spare checkout, and nothing at <paramref name="work"/>.</returns>
    /// <exception cref="IOException">It cannot be emptied.</exception>
    internal static byte[]? Take(string stateFolder, string work)
    {
        var spare = Path.Combine(stateFolder, Name);
        if (!Directory.Exists(spare) || !Move(spare, work))
        {
            return null;
        }

        // Nothing of another pipeline's references, objects and configuration is in the next one's repository.
        var git = new DirectoryInfo(Path.Combine(work, ".git"));
        var list = Path.Combine(git.FullName, "index");
        if (!File.Exists(list))
        {
            Directory.Delete(work, recursive: true);
            return null;
        }

        var index = File.ReadAllBytes(list);
        git.Delete(recursive: true);
        git.Create();
        return index;
    }

    /// <summary>Submodules and large files have state of their own, which a checkout over other files does not bring along.</summary>
    private static bool IsWorthKeeping(string git)
    {
        var index = Path.Combine(git, "index");
        if (!File.Exists(index) || Directory.Exists(Path.Combine(git, "modules")) || Directory.Exists(Path.Combine(git, "lfs")))
        {
            return false;
        }

        // gitformat-index(5): signature, version, number of entries.
        Span<byte> header = stackalloc byte[12];
        using var file = File.OpenRead(index);
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && BinaryPrimitives.ReadUInt32BigEndian(header[8..]) >= Fewest;
    }

    private static bool Move(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else was quicker, or it would have to be copied.
            return false;
        }
    }
}
