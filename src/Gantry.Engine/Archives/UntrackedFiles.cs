namespace Gantry.Engine.Archives;

/// <summary>git's answer: the paths, or why there is none (then <c>untracked: why</c> is a warning and the job goes on).</summary>
/// <param name="Paths">Relative to the working directory, as git names them.</param>
/// <param name="Error">Null when git ran well.</param>
public sealed record UntrackedFiles(IReadOnlyList<string> Paths, string? Error)
{
    /// <summary>From the output of <c>git ls-files -o -z</c>.</summary>
    public static UntrackedFiles FromOutput(ReadOnlySpan<byte> output)
    {
        List<string> paths = [];
        foreach (var range in output.Split((byte)0))
        {
            if (!output[range].IsEmpty)
            {
                paths.Add(Trees.FileNames.Decode(output[range]));
            }
        }

        return new UntrackedFiles(paths, null);
    }

    public static UntrackedFiles Failed(string error) => new([], error);
}
