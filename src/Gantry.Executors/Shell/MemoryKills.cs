using System.Globalization;

namespace Gantry.Executors.Shell;

/// <summary>
/// The kernel's count of processes it killed for lack of memory. It is the machine's, not the job's: it says that such a kill
/// happened meanwhile, not to whom.
/// </summary>
internal static class MemoryKills
{
    private const string Counter = "oom_kill ";

    /// <summary>Null where there is no such count.</summary>
    public static long? Count()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/vmstat"))
            {
                if (line.StartsWith(Counter, StringComparison.Ordinal))
                {
                    return long.Parse(line.AsSpan(Counter.Length), CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException or FormatException)
        {
            // Not Linux, or a kernel that does not count.
        }

        return null;
    }

    /// <summary>In words for the user; null when nothing was killed since.</summary>
    public static string? Since(long? before) => Count() is { } now && before is { } then && now > then
        ? string.Create(CultureInfo.InvariantCulture, $"the kernel killed {now - then} process(es) of this machine for lack of memory meanwhile")
        : null;
}
