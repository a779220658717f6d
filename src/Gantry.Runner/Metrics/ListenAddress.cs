using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gantry.Runner.Metrics;

/// <summary><c>listen_address</c>: host and port, the port 9252 when none is given (official-cli-config §2.5.0).</summary>
internal static class ListenAddress
{
    private const int DefaultPort = 9252;

    /// <summary>Empty stays empty: no server.</summary>
    public static bool TryComplete(string address, [NotNullWhen(true)] out string? complete)
    {
        complete = address;
        if (address.Length == 0)
        {
            return true;
        }

        var bracket = address.LastIndexOf(']');
        var colon = address.IndexOf(':', bracket < 0 ? 0 : bracket);
        if (colon < 0)
        {
            complete = $"{address}:{DefaultPort}";
            return true;
        }

        var valid = int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue;
        complete = valid ? address : null;
        return valid;
    }

    /// <summary>For the web server; no host means all addresses.</summary>
    public static string ToUrl(string complete) => complete.StartsWith(':') ? $"http://*{complete}" : $"http://{complete}";
}
