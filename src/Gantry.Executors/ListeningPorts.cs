using System.Globalization;

namespace Gantry.Executors;

/// <summary>Reads the kernel's table of sockets (<c>/proc/net/tcp</c>, <c>/proc/net/tcp6</c>).</summary>
internal static class ListeningPorts
{
    /// <summary>Ports of sockets in state 0A (listening).</summary>
    public static HashSet<int> Of(string table) =>
    [
        .. from line in table.Split('\n')
           let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where fields.Length > 3 && fields[3] == "0A"
           let colon = fields[1].LastIndexOf(':')
           where colon > 0
           select int.Parse(fields[1].AsSpan(colon + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
    ];
}
