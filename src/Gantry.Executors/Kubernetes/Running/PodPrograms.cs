using System.Globalization;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>
/// What runs in a pod so that a script outlives its connection (docs/adr/0026). Shell of any kind, and <c>cat dd mkdir rm sleep tee wc</c>;
/// <c>setsid</c> and <c>stat</c> where there are. A script has a folder:
/// <list type="bullet">
/// <item><c>script</c>: its text, until it begins; <c>go</c>: made by whoever decides whether it begins, so that it does so once; <c>plain</c>: it needs its connection.</item>
/// <item><c>0</c>, <c>4711</c>, …: pieces of its output, named after where they begin; <c>eof</c>: there will be no more.</item>
/// <item><c>pid</c>: the shell that waits for it; <c>status</c>: how it ended; <c>live</c>: who shows its output. Processes are noted with the
/// time of their start, since numbers come again.</item>
/// </list>
/// They speak to the runner on standard error, in lines that begin with a mark (<see cref="EndMark"/>).
/// </summary>
internal static class PodPrograms
{
    /// <summary>For people.</summary>
    public const string Needs = "cat, dd, mkdir, rm, sleep, tee and wc";

    /// <summary>A piece holds as many reads of <see cref="Block"/> at most.</summary>
    private const int Blocks = 1024;

    private const int Block = 32 * 1024;

    /// <summary>What may lie in the pod without the runner having it, before the script has to wait.</summary>
    private const int Unread = 64 * 1024 * 1024;

    /// <summary>Some <c>wc</c> read what they count, byte by byte.</summary>
    private const string Size = "size() { stat -c %s \"$1\" || wc -c < \"$1\"; }";

    /// <summary>
    /// Takes the script from standard input, whole or not at all, and starts it beside itself: the output goes through a pipe to one that
    /// keeps it in pieces and passes it on, so nothing looks at files while the connection holds. Without the programs, or without a place
    /// to write, the script is run as it comes.
    /// </summary>
    private static readonly string Start = Lines(string.Create(CultureInfo.InvariantCulture, $$"""
        d=$1 m=$2 n=$3
        shift 3
        say() { echo "$m $1" >&2; }
        me() { read -r p r < /proc/self/stat && set -- ${r##*) } && echo "$p ${20}"; }
        {{Size}}
        trap : TERM INT HUP
        for t in cat dd mkdir rm sleep tee wc; do
          command -v $t >/dev/null 2>&1 || { t=; break; }
        done
        if [ -z "$t" ] || ! (umask 077; mkdir -p "$d" && : > "$d/script") 2>/dev/null; then
          mkdir -p "$d/go" 2>/dev/null && : > "$d/plain"
          say plain
          "$@"
          s=$?
          say $s
          exit $s
        fi
        cat > "$d/script"
        [ "$(wc -c < "$d/script")" -eq "$n" ] && mkdir "$d/go" 2>/dev/null || exit 1
        exec < "$d/script"
        say begun
        command -v setsid >/dev/null 2>&1 && set -- setsid "$@"
        run() {
          trap : TERM INT HUP
          me > "$d/pid"
          "$@" 7>&-
          s=$?
          exec > /dev/null 2>&1 < /dev/null
          echo $s > "$d/status"
          echo "$m $s" >&7
        }
        tidy() {
          set -- "$d/script"
          for f in "${d%/*}"/[0-9]*; do
            [ "$f" = "$d" ] || set -- "$@" "$f"
          done
          rm -rf "$@"
        }
        ended() {
          i=
          while read -r o r; do
            case $o in
              *[!0-9+]*) ;;
              *+*) [ -z "$i" ] || { [ "$i" = "$o" ] && [ $(($o)) -lt {{Blocks}} ]; return; }
                i=$o ;;
            esac
          done < "$d/read"
          return 1
        }
        keep() {
          trap '' TERM INT HUP PIPE
          umask 077
          tidy > /dev/null &
          at=0
          set -- 0
          while
            dd bs={{Block}} count={{Blocks}} 2> "$d/read" | tee "$d/$at"
            ended && { : > "$d/eof"; return; }
            z=$(size "$d/$at") && [ "$z" -gt 0 ]
          do
            at=$((at + z))
            set -- "$@" $at
            while [ $((at - $1)) -gt {{Unread}} ]; do
              if [ -e "$d/$1" ]; then sleep 0.1 || sleep 1; else shift; fi
            done
          done
          cat || cat > /dev/null
          : > "$d/eof"
        }
        { run "$@" 2>&1 | keep 2>/dev/null 7>&-; } 7>&2 | {
          trap '' TERM INT HUP
          me > "$d/live"
          exec cat
        }
        read -r s < "$d/status" && exit "$s"
        exit 1

        """));

    /// <summary>
    /// Shows the output from a byte on, and how the script ended. Whoever showed it before is ended first: the script must not wait for
    /// a connection that is gone. A script that has not begun does not begin any more.
    /// </summary>
    private static readonly string Follow = Lines(string.Create(CultureInfo.InvariantCulture, $$"""
        d=$1 m=$2 at=$3 begun=$4
        trap '' TERM INT HUP
        umask 077
        exec 7>&2 2>/dev/null
        say() { echo "$m $1" >&7; }
        {{Size}}
        [ "$begun" ] || mkdir -p "$d" || { say plain; exit; }
        [ -d "$d" ] || { say gone; exit; }
        mkdir "$d/go" && { say none; exit; }
        [ -e "$d/plain" ] && { say plain; exit; }
        me() { read -r p r < /proc/self/stat && set -- ${r##*) } && echo "$p ${20}"; }
        is() {
          read -r r < "/proc/$1/stat" || return
          u=$2
          set -- ${r##*) }
          [ "$1" != Z ] && [ "${20}" = "$u" ]
        }
        read -r p b < "$d/live" && is "$p" "$b" && kill -9 "$p"
        me > "$d/live"
        lives() {
          read -r p b < "$d/pid" || { w=$((w + 1)); [ $w -lt 50 ]; return; }
          is "$p" "$b"
        }
        seek() {
          for f in "$d"/[0-9]*; do
            f=${f##*/}
            [ "$f" -le "$at" ] && [ "$f" -ge "${s:-0}" ] && s=$f
          done
          [ "$s" ] || return
          k=$((at - s))
          [ $k -le "$(size "$d/$s")" ] || { s=; return; }
          exec 3< "$d/$s"
          [ $((k / {{Block}})) -eq 0 ] || dd bs={{Block}} count=$((k / {{Block}})) <&3 > /dev/null
          [ $((k % {{Block}})) -eq 0 ] || dd bs=$((k % {{Block}})) count=1 <&3 > /dev/null
        }
        show() {
          while :; do
            z=$(size "$d/$s") n=
            [ "$z" -gt 0 ] && [ -e "$d/$((s + z))" ] && n=$((s + z))
            [ "$s/$z" = "$o" ] || { cat <&3; q=0; }
            o=$s/$z
            [ "$n" ] || return
            s=$n
            exec 3< "$d/$s"
          done
        }
        s= o= t= q=0 w=0
        while [ -d "$d" ]; do
          e= c= x=
          [ -e "$d/eof" ] && e=1
          lives || x=1
          read -r c < "$d/status" || c=
          case $c in *[!0-9]*) c=1 ;; esac
          [ "$s" ] || seek
          [ -z "$s" ] || show
          [ -z "$c" ] || [ "$t" ] || { say "$c"; t=1; }
          if [ "$t" ]; then
            [ -z "$e" ] || exit 0
          elif [ "$x" ]; then
            say killed
            exit 0
          fi
          q=$((q + 1))
          if [ $q -gt 30 ]; then sleep 1; else sleep 0.1 || sleep 1; fi
        done
        say gone

        """));

    /// <summary>Removes the pieces before the one that a byte is in.</summary>
    private const string Trim = "cd \"$1\" || exit 0\nb=0\nfor f in [0-9]*; do [ \"$f\" -le \"$2\" ] && [ \"$f\" -gt $b ] && b=$f; done\n"
        + "set --\nfor f in [0-9]*; do [ \"$f\" -lt $b ] && set -- \"$@\" \"$f\"; done\n[ $# -eq 0 ] || rm -f \"$@\"\n";

    /// <param name="folder">Of this script alone; the parent holds nothing but such folders.</param>
    /// <param name="mark">Of the connection.</param>
    /// <param name="length">The script's, in bytes.</param>
    /// <param name="shell">A command that reads its script from standard input.</param>
    public static IReadOnlyList<string> ToStart(string folder, EndMark mark, int length, IReadOnlyList<string> shell) =>
        ["sh", "-c", Start, "sh", folder, mark.Word, length.ToString(CultureInfo.InvariantCulture), .. shell];

    /// <param name="folder">See <see cref="ToStart"/>.</param>
    /// <param name="mark">Of the connection.</param>
    /// <param name="from">The first byte that has not come.</param>
    /// <param name="begun">It is known to have begun.</param>
    public static IReadOnlyList<string> ToFollow(string folder, EndMark mark, long from, bool begun) =>
        ["sh", "-c", Follow, "sh", folder, mark.Word, from.ToString(CultureInfo.InvariantCulture), begun ? "begun" : ""];

    /// <param name="folder">See <see cref="ToStart"/>.</param>
    /// <param name="until">The first byte that has not come. The piece of the one before it stays: who shows the output may stand on it.</param>
    public static IReadOnlyList<string> ToTrim(string folder, long until) => ["sh", "-c", Trim, "sh", folder, (until - 1).ToString(CultureInfo.InvariantCulture)];

    /// <summary>Fails when it is too late: the script begins.</summary>
    /// <param name="folder">See <see cref="ToStart"/>; it need not be there yet.</param>
    public static IReadOnlyList<string> ToForestall(string folder) => ["sh", "-c", "umask 077; mkdir -p \"$1\" && mkdir \"$1/go\"", "sh", folder];

    /// <summary>Prints something when no more output will come.</summary>
    public static IReadOnlyList<string> ToAskForEnd(string folder) => ["sh", "-c", "[ ! -e \"$1/eof\" ] || echo yes", "sh", folder];

    /// <summary>They travel in addresses, where each blank is three characters.</summary>
    private static string Lines(string program) => string.Join('\n', program.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimStart()));
}
