using System.Globalization;

namespace Gantry.Executors.Ssh;

/// <summary>
/// Whose processes belong to a stage: a Unix session, told by its shell before the stage begins. Servers give every command a session
/// of its own; where the shell finds itself in somebody else's, or there is no <c>/proc</c> to see that, the shell's process group stands
/// for it, but only as long as the shell lives: nobody knows whose its number is later.
/// </summary>
/// <param name="Id">Of the session, or of the group.</param>
/// <param name="Started">When the leader did, in the kernel's ticks: numbers are used again. Empty: the id is a group's.</param>
internal readonly record struct RemoteSession(int Id, string Started)
{
    /// <summary>
    /// Tells <c>MARK SESSION STARTED PID</c> on standard error and becomes the shell. Without quotes, backslashes and what else means
    /// different things to the shells that people log in with.
    /// </summary>
    /// <param name="mark">A word that nobody can guess.</param>
    /// <param name="shell"><c>bash</c> or <c>sh</c>.</param>
    public static string Command(string mark, string shell) =>
        "sh -c '"
        + "s=0; t=0; if { IFS= read -r l < /proc/$$/stat; } 2>/dev/null; then "
        // Behind the name, which may be anything: state, parent, group, session, …, start.
        + "set -- ${l##*) }; s=$4; if [ $s = $$ ] || [ $s = $PPID ]; then IFS= read -r l < /proc/$s/stat; set -- ${l##*) }; t=${20}; else s=0; fi; fi; "
        + $"echo {mark} $s $t $$ >&2; exec {shell} -l'";

    /// <summary>Null for a line that is none of ours.</summary>
    public static RemoteSession? Parse(string line, string mark)
    {
        var parts = line.Split(' ');
        if (parts.Length != 4 || parts[0] != mark || !Number(parts[1], out var session) || !Number(parts[3], out var shell))
        {
            return null;
        }

        return session > 1 ? new RemoteSession(session, parts[2]) : new RemoteSession(shell, "");

        static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    public bool OutlivesShell => Started.Length > 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}:{Started}");
}

/// <summary>
/// The sessions of a job's stages: in a file of the job's own folder (one line <c>ID:STARTED</c> each), so that a later process of the
/// runner can end what this one left behind. Not thread-safe.
/// </summary>
internal sealed class RemoteSessions
{
    /// <summary>Names <c>pid</c> and <c>alive</c>: what runs of the sessions in <c>$targets</c>.</summary>
    private const string Functions = """
        alive() {
          wanted=
          for t in $targets; do
            id=${t%%:*}; started=${t#*:}
            if [ -z "$started" ]; then
              kill -0 "-$id" 2>/dev/null && echo "-$id"
            elif { IFS= read -r l < "/proc/$id/stat"; } 2>/dev/null; then
              set -- ${l##*) }
              [ "${20}" = "$started" ] && wanted="$wanted $id"
            else
              wanted="$wanted $id"
            fi
          done
          [ -n "$wanted" ] || return 0
          for f in /proc/[0-9]*/stat; do
            { IFS= read -r l < "$f"; } 2>/dev/null || continue
            p=${l%% *}
            set -- ${l##*) }
            [ "$1" = Z ] || case " $wanted " in *" $4 "*) echo "$p";; esac
          done
        }
        pause() { sleep 0.1 2>/dev/null || sleep 1; }

        """;

    private readonly string _path;
    private readonly List<RemoteSession> _known;

    private RemoteSessions(string path, List<RemoteSession> known) => (_path, _known) = (path, known);

    public bool IsEmpty => _known.Count == 0;

    /// <summary>With what an earlier process wrote down.</summary>
    public static RemoteSessions In(string jobFolder)
    {
        var path = Path.Combine(jobFolder, "remote-sessions");
        var known = from line in File.Exists(path) ? File.ReadAllLines(path) : []
                    let parts = line.Split(':')
                    where parts.Length == 2 && parts[1].Length > 0 && parts[1].All(char.IsAsciiDigit)
                        && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    select new RemoteSession(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
        return new RemoteSessions(path, [.. known]);
    }

    public void Add(RemoteSession session)
    {
        if (session.OutlivesShell)
        {
            _known.Add(session);
            File.AppendAllText(_path, session + "\n");
        }
    }

    /// <summary>Ends one session: asks its processes to end, and kills what is left after a while.</summary>
    /// <param name="session">Of the stage that runs now.</param>
    /// <param name="patience">How long a process may take to end.</param>
    public static string EndScript(RemoteSession session, TimeSpan patience)
    {
        // Ten glances a second at first, then one.
        const int Quick = 50;
        var tenths = (int)Math.Clamp(patience.TotalSeconds * 10, 0, int.MaxValue);
        var rounds = tenths <= Quick ? tenths : Quick + (tenths - Quick) / 10;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            targets='{{session}}'
            {{Functions}}
            list=$(alive); [ -z "$list" ] || kill -TERM $list 2>/dev/null
            i=0
            while [ $i -lt {{rounds}} ] && [ -n "$(alive)" ]; do i=$((i+1)); if [ $i -le {{Quick}} ]; then pause; else sleep 1; fi; done

            """) + Kill;
    }

    /// <summary>Kills what still runs of all sessions.</summary>
    public string KillScript() => $"targets='{string.Join(' ', _known)}'\n{Functions}{Kill}";

    // Whoever is about to start another process must be met again.
    private const string Kill = """
        i=0
        while [ $i -lt 50 ]; do
          list=$(alive)
          [ -n "$list" ] || exit 0
          kill -KILL $list 2>/dev/null
          i=$((i+1)); [ $i -eq 1 ] || pause
        done
        alive >&2
        exit 1

        """;
}
