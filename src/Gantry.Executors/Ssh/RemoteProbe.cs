using System.Text;
using Gantry.Engine.Executors;

namespace Gantry.Executors.Ssh;

/// <summary>What the other machine is like, as the job's shell sees it.</summary>
/// <param name="Folder">Where scripts begin: the user's home, unless a profile leads elsewhere.</param>
/// <param name="HasTar">Files can be moved.</param>
internal sealed record RemoteProbe(string Folder, bool HasTar)
{
    private const int LongestAnswer = 1 << 20;

    /// <exception cref="EnvironmentException">The connection broke, or there is no such shell.</exception>
    public static async Task<RemoteProbe> RunAsync(SshConnection connection, string shell, TimeProvider time, CancellationToken cancellationToken)
    {
        var mark = SshEnvironment.NewMark();
        var script = $"echo \"{mark} in $PWD\"; command -v tar >/dev/null 2>&1 && echo \"{mark} tar\"; exit 0\n";
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var exit = await RemoteCommand.RunAsync(
            connection, $"{shell} -l", Encoding.UTF8.GetBytes(script), (bytes => Keep(output, bytes), bytes => Keep(error, bytes)), time, cancellationToken);
        // A profile may print what it likes.
        var lines = Text(output).Split('\n').Where(line => line.StartsWith(mark + " ", StringComparison.Ordinal)).Select(line => line[(mark.Length + 1)..]).ToList();
        if (lines.FirstOrDefault(line => line.StartsWith("in /", StringComparison.Ordinal)) is { } folder)
        {
            return new RemoteProbe(folder[3..], lines.Contains("tar"));
        }

        var said = Text(error).Trim().ReplaceLineEndings(" ");
        throw exit.Status == 127
            ? EnvironmentException.Misconfigured($"there is no {shell} on {connection.Name}: install it, or set `shell` of the runner to bash or sh ({said})")
            : EnvironmentException.Broken(
                $"{shell} on {connection.Name} does not read scripts: it ended with status {exit.Status} and said: {said}. "
                + "Look at the user's login shell and profile there; a profile must not read standard input");
    }

    private static void Keep(MemoryStream stream, ReadOnlySpan<byte> bytes)
    {
        if (stream.Length + bytes.Length <= LongestAnswer)
        {
            stream.Write(bytes);
        }
    }

    private static string Text(MemoryStream stream) => Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
}
