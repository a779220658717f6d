using System.Text;

namespace Gantry.Exec;

/// <summary>What the two sides of <c>gantry shell</c> say before the terminal begins: a line each.</summary>
internal static class ShellLine
{
    public const string Welcome = "welcome";
    public const string OtherProject = "this run is of another project";

    /// <summary>Without the line's end; null when there is none within the limit. Reads nothing behind it.</summary>
    public static async Task<string?> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < limit && await stream.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]);
            }

            line.Add(one[0]);
        }

        return null;
    }
}
