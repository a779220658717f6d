using System.Text;
using Gantry.Engine.Shells;

namespace Gantry.Executors.Workspaces;

/// <summary>What a shell in a job's place runs so that files come and go as a tar: by the job's own user, with the tar it has there.</summary>
internal static class TarScripts
{
    /// <summary>Reads one line of script from standard input, and leaves the rest to it.</summary>
    public const string OneLine = "IFS= read -r l; eval \"$l\"";

    /// <summary>For <see cref="OneLine"/>: unpacks what follows. Owners are the user's, modes those of the archive whatever the umask says.</summary>
    /// <param name="folder">Absolute.</param>
    /// <param name="anew">What is there already goes first.</param>
    public static byte[] UnpackLine(string folder, bool anew = false)
    {
        var target = BashQuoting.Exact(folder);
        return Encoding.UTF8.GetBytes((anew ? $"rm -rf -- {target}; " : "") + $"mkdir -p -- {target} && cd -- {target} && tar -xpof -; s=$?; cat > /dev/null; exit $s\n");
    }

    /// <summary>Packs what is there of some parts of a folder; nothing at all when there is nothing. The last line leaves the shell.</summary>
    public static string Pack(string folder, IReadOnlyList<string> paths)
    {
        var script = new StringBuilder($"cd -- {BashQuoting.Exact(folder)} 2>/dev/null || exit 0\nset --\n");
        foreach (var path in paths.Select(path => path is "." or "" ? "." : "./" + path.Trim('/')).Distinct())
        {
            script.Append("if [ -e ").Append(BashQuoting.Exact(path)).Append(" ] || [ -L ").Append(BashQuoting.Exact(path)).Append(" ]; then set -- \"$@\" ").Append(BashQuoting.Exact(path)).Append("; fi\n");
        }

        return script.Append("[ $# -eq 0 ] || exec tar -cf - -- \"$@\"\nexit 0\n").ToString();
    }

    /// <summary>1: a file changed while it was read, which is for the job to know.</summary>
    public static bool IsPacked(int status) => status <= 1;

    /// <summary>Names in such a tar, as they are below the folder.</summary>
    public static string NameOf(string entry) => entry.StartsWith("./", StringComparison.Ordinal) ? entry[2..] : entry;
}
