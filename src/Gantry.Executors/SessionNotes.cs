using System.Globalization;
using Gantry.Engine.Processes;

namespace Gantry.Executors;

/// <summary>
/// Which sessions a job has started: one line <c>ID MARK</c> each, in a file of the job's own folder, so that a later
/// process of the runner can end what this one left behind. Not thread-safe.
/// </summary>
internal sealed class SessionNotes
{
    private readonly string _path;

    private SessionNotes(string path) => _path = path;

    public static SessionNotes In(string jobFolder) => new(Path.Combine(jobFolder, "sessions"));

    /// <summary>Remembers a session by its leader, which has just been started.</summary>
    public void Add(int leader)
    {
        if (ProcessGroup.StartMark(leader) is { } mark)
        {
            File.AppendAllText(_path, string.Create(CultureInfo.InvariantCulture, $"{leader} {mark}\n"));
        }
    }

    /// <summary>Kills what still runs of the sessions, unless the machine was started anew since.</summary>
    public void KillAll()
    {
        if (!File.Exists(_path))
        {
            return;
        }

        foreach (var line in File.ReadLines(_path))
        {
            var parts = line.Split(' ');
            if (parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out var leader))
            {
                ProcessGroup.KillAllOf(leader, parts[1]);
            }
        }

        File.Delete(_path);
    }
}
