using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Docker.Keeping;

/// <summary>
/// What this runner pulled to engines and when it used what, as lines of a file in its state folder: engines do not know, and
/// only what the runner brought may <c>gantry prune</c> take away. A line that is lost costs nothing but this. Thread-safe.
/// </summary>
internal sealed partial class EngineLedger(string folder, TimeProvider time, ILogger logger)
{
    public const string Image = "image";
    public const string Volume = "volume";

    private const string Pulled = "pulled";
    private const string UsedMark = "used";
    private const long CompactAt = 1 << 20;

    private static readonly Lock Gate = new();

    private string FilePath => Path.Combine(folder, "engine-ledger");

    /// <summary>The runner has brought an image to an engine.</summary>
    public void NotePull(string engine, string name, string id) => Append(Pulled, engine, Image, name, id);

    public void NoteUse(string engine, string kind, string name, string id) => Append(UsedMark, engine, kind, name, id);

    /// <summary>Everything known of one engine.</summary>
    public IReadOnlyList<LedgerEntry> Read(string engine)
    {
        lock (Gate)
        {
            return [.. Load().Values.Where(entry => entry.Engine == engine)];
        }
    }

    /// <summary>Forgets what is gone.</summary>
    public void Forget(LedgerEntry gone)
    {
        lock (Gate)
        {
            var entries = Load();
            entries.Remove(Key(gone));
            Save(entries.Values);
        }
    }

    private void Append(string verb, string engine, string kind, string name, string id)
    {
        var line = string.Join('\t', time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), verb, engine, kind, name, id) + "\n";
        try
        {
            lock (Gate)
            {
                Directory.CreateDirectory(folder);
                File.AppendAllText(FilePath, line);
                if (new FileInfo(FilePath).Length > CompactAt)
                {
                    Save(Load().Values);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotNoted(logger, e.Message);
        }
    }

    private Dictionary<string, LedgerEntry> Load()
    {
        var entries = new Dictionary<string, LedgerEntry>(StringComparer.Ordinal);
        foreach (var fields in (File.Exists(FilePath) ? File.ReadLines(FilePath) : []).Select(line => line.Split('\t')).Where(fields => fields.Length == 6))
        {
            if (DateTimeOffset.TryParse(fields[0], CultureInfo.InvariantCulture, out var at))
            {
                var entry = new LedgerEntry(fields[2], fields[3], fields[4], fields[5], at, fields[1] == Pulled);
                entries[Key(entry)] = entry with { IsPulled = entry.IsPulled || (entries.TryGetValue(Key(entry), out var known) && known.IsPulled) };
            }
        }

        return entries;
    }

    private void Save(IEnumerable<LedgerEntry> entries)
    {
        var fresh = $"{FilePath}.{Guid.NewGuid():n}";
        File.WriteAllLines(fresh, entries.Select(entry => string.Join('\t', entry.LastUsed.ToString("O", CultureInfo.InvariantCulture),
            entry.IsPulled ? Pulled : UsedMark, entry.Engine, entry.Kind, entry.Name, entry.Id)));
        File.Move(fresh, FilePath, overwrite: true);
    }

    private static string Key(LedgerEntry entry) => string.Join('\t', entry.Engine, entry.Kind, entry.Name, entry.Id);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "docker: the use of an image or volume could not be noted for `prune`: {Why}")]
        public static partial void NotNoted(ILogger logger, string why);
    }
}

/// <param name="Engine">Its own id.</param>
/// <param name="Kind"><see cref="EngineLedger.Image"/> or <see cref="EngineLedger.Volume"/>.</param>
/// <param name="Name">Of the image, with tag or digest, or of the volume.</param>
/// <param name="Id">Of the image; empty for volumes.</param>
/// <param name="LastUsed">By a job of this runner.</param>
/// <param name="IsPulled">This runner brought it.</param>
internal sealed record LedgerEntry(string Engine, string Kind, string Name, string Id, DateTimeOffset LastUsed, bool IsPulled);
