using System.Text.RegularExpressions;

namespace Gantry.Runner.Metrics;

/// <summary>Label values of the API metrics (official-cli-config §5.2).</summary>
internal static partial class ApiLabels
{
    /// <summary>Numbers in a path become <c>{id}</c>, so that jobs do not make series.</summary>
    public static string Path(string path) => Numbers().Replace(path, "{id}");

    /// <summary><c>2xx</c> and the like; <c>unknown</c> outside of 100 to 599.</summary>
    public static string StatusClass(int status) => status is >= 100 and <= 599 ? $"{status / 100}xx" : "unknown";

    [GeneratedRegex("(?<=/)[0-9]+(?=/|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
