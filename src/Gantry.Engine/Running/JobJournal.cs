using System.Globalization;
using System.Text.Json;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;

namespace Gantry.Engine.Running;

/// <summary>
/// The durable side of one job: a folder (0700) with the payload, the state and the log spool. Files are replaced
/// atomically, so that whatever moment the process dies at, a whole state is on disk.
/// <para>Threading: <see cref="Change"/> may be called from several threads; the last change wins per property.</para>
/// </summary>
public sealed class JobJournal
{
    private const string PayloadName = "payload.json";
    private const string StateName = "state.json";

    private readonly Lock _gate = new();
    private bool _removed;

    private JobJournal(string folder, JournalState state)
    {
        Folder = folder;
        State = state;
    }

    /// <summary>The job's own folder. The executor's files go to a folder below it.</summary>
    public string Folder { get; }

    public string SpoolPath => Path.Combine(Folder, "trace.log");

    /// <summary>For the executor: sockets, scripts and the like.</summary>
    public string WorkFolder => Path.Combine(Folder, "work");

    public JournalState State { get; private set; }

    /// <summary>Makes the folder for a new job. What an earlier job of the same number left there is removed.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static JobJournal Create(string root, JobPayload payload, JournalState state)
    {
        var folder = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{state.RunnerShortToken}-{state.JobId}"));
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var journal = new JobJournal(folder, state);
        PrivateFolder.Create(folder);
        PrivateFolder.Create(journal.WorkFolder);
        Replace(Path.Combine(folder, PayloadName), JsonSerializer.SerializeToUtf8Bytes(payload, ProtocolJson.Default.JobPayload));
        journal.Save();
        return journal;
    }

    /// <summary>Opens what an earlier process left; null when the folder holds no whole journal.</summary>
    public static (JobJournal Journal, JobPayload Payload)? Open(string folder)
    {
        try
        {
            var state = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, StateName)), JournalJson.Default.JournalState);
            var payload = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, PayloadName)), ProtocolJson.Default.JobPayload);
            return state is null || payload is null ? null : (new JobJournal(folder, state), payload);
        }
        catch (Exception broken) when (broken is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Folders of jobs under <paramref name="root"/>, also of broken ones.</summary>
    public static IReadOnlyList<string> Folders(string root) =>
        Directory.Exists(root) ? [.. Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal)] : [];

    /// <summary>Changes the state and writes it.</summary>
    public void Change(Func<JournalState, JournalState> change)
    {
        lock (_gate)
        {
            State = change(State);
            Save();
        }
    }

    /// <summary>The job is reported: nothing of it is needed any more.</summary>
    public void Remove()
    {
        lock (_gate)
        {
            _removed = true;
            if (Directory.Exists(Folder))
            {
                Directory.Delete(Folder, recursive: true);
            }
        }
    }

    private void Save()
    {
        if (!_removed)
        {
            Replace(Path.Combine(Folder, StateName), JsonSerializer.SerializeToUtf8Bytes(State, JournalJson.Default.JournalState));
        }
    }

    private static void Replace(string path, byte[] content)
    {
        var fresh = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(fresh, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: false);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
