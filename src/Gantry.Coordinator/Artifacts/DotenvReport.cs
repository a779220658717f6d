using System.IO.Compression;
using System.Text;

namespace Gantry.Coordinator.Artifacts;

/// <summary><c>artifacts:reports:dotenv</c> (ci-yaml §15.3): <c>KEY=VALUE</c> lines and nothing else.</summary>
internal static class DotenvReport
{
    private const int LargestFile = 5 * 1024;
    private const int MostVariables = 20;

    /// <summary>The variables in their order; of a key given twice the last counts. Throws <see cref="ReportException"/>.</summary>
    public static async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadAsync(Stream file, string format, CancellationToken cancellation)
    {
        await using var plain = format == "gzip" ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
        var buffer = new byte[LargestFile + 1];
        try
        {
            var count = await plain.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
            return count > LargestFile
                ? throw new ReportException($"Dotenv Artifact Too Big. Maximum Allowable Size: {LargestFile}")
                : Parse(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (InvalidDataException)
        {
            throw new ReportException("Invalid Format");
        }
    }

    internal static IReadOnlyList<KeyValuePair<string, string>> Parse(string text)
    {
        var variables = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.TrimEnd('\n', '\r').Split('\n'))
        {
            if (text.Length == 0)
            {
                break;
            }

            var (key, value) = line.Split('=', 2) is [var name, var rest] ? (name.Trim(), rest.Trim()) : throw new ReportException("Invalid Format");
            if (key.Length == 0 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                throw new ReportException($"Validation failed: Key can contain only letters, digits and '_'.");
            }

            variables.Remove(key);
            variables.Add(key, value);
        }

        return variables.Count > MostVariables
            ? throw new ReportException($"Dotenv files cannot have more than {MostVariables} variables")
            : [.. variables];
    }
}
