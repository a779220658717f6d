using System.Globalization;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Running;

/// <summary>
/// Logs that were too long for the server, whole, in the folder <c>logs</c> beside the journals: a week long, for people who
/// need what was cut off. Masked like every log.
/// </summary>
internal static class WholeLogs
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    public static TraceSpoolSettings SettingsOf(RunnerSettings runner, long jobId, string journalRoot) => new(
        LimitBytes(runner.OutputLimitKiB),
        (int)Math.Min(int.MaxValue, runner.OutputTailKiB * 1024),
        Path.Combine(Folder(journalRoot), string.Create(CultureInfo.InvariantCulture, $"{runner.ShortToken}-{jobId}.log")));

    /// <summary>Removes what is too old. Cheap: such logs are rare.</summary>
    public static void Prune(string journalRoot, DateTimeOffset now)
    {
        var folder = new DirectoryInfo(Folder(journalRoot));
        if (!folder.Exists)
        {
            return;
        }

        foreach (var old in folder.EnumerateFiles("*.log").Where(file => file.LastWriteTimeUtc < now.UtcDateTime - Life))
        {
            try
            {
                old.Delete();
            }
            catch (Exception kept) when (kept is IOException or UnauthorizedAccessException)
            {
                // Somebody reads it; the next job tries again.
            }
        }
    }

    /// <summary>Bytes; 0 means GitLab's 4 MiB, a negative number no limit.</summary>
    private static long? LimitBytes(long kibibytes) => kibibytes switch
    {
        < 0 => null,
        0 => 4096 * 1024,
        _ => kibibytes * 1024,
    };

    private static string Folder(string journalRoot) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(journalRoot))!, "logs");
}
