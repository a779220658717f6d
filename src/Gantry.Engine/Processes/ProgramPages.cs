using System.Globalization;

namespace Gantry.Engine.Processes;

/// <summary>
/// Pages of the program's files (code, constants) that this process has looked at count as its memory for as long as it lives, though
/// a process that waits uses few of them. Linux only; elsewhere nothing happens.
/// </summary>
public static class ProgramPages
{
    private const string Maps = "/proc/self/smaps";

    /// <summary>
    /// Unmaps them. They stay in the kernel's cache, from where those that are needed again come back without the disk. Only what
    /// nobody can write and nobody has written is unmapped: everything else would lose its content. Thread-safe.
    /// </summary>
    public static void Release()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            foreach (var (start, length) in Clean(File.ReadLines(Maps)).ToList())
            {
                LibC.DropPages(start, length);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc the memory stays as it is.
        }
    }

    /// <summary>The ranges that may be unmapped, from the kernel's list (proc_pid_smaps(5)).</summary>
    /// <param name="lines">A heading for each range, with lines <c>Name: N kB</c> after it.</param>
    internal static IEnumerable<(nuint Start, nuint Length)> Clean(IEnumerable<string> lines)
    {
        (nuint Start, nuint Length)? range = null;
        foreach (var line in lines)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!words[0].EndsWith(':'))
            {
                range = OfFile(words);
            }
            else if (words[0] is "Anonymous:" or "Swap:" && words[1] != "0")
            {
                // Written before it became read-only: addresses that the loader has filled in.
                range = null;
            }
            else if (words[0] == "VmFlags:" && range is { } clean)
            {
                // The last line of a range.
                yield return clean;
                range = null;
            }
        }
    }

    /// <summary>From a heading: addresses, rights, offset, device, inode, path.</summary>
    private static (nuint Start, nuint Length)? OfFile(string[] words)
    {
        if (words is not [var addresses, "r-xp" or "r--p", _, _, not "0", ['/', ..], ..] || addresses.Split('-') is not [var from, var to])
        {
            return null;
        }

        var start = nuint.Parse(from, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (start, nuint.Parse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start);
    }
}
