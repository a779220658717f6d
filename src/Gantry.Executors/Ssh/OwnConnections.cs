using System.Globalization;

namespace Gantry.Executors.Ssh;

/// <summary>Whose connections over the loopback address are, as the kernel's table of sockets tells.</summary>
internal static class OwnConnections
{
    /// <summary>A socket that may speak both versions of the protocol stands in the second table.</summary>
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>127.0.0.1, also where it ends an address of the longer kind.</summary>
    private const string Loopback = "0100007F";

    private const int Inode = 9;

    /// <summary>Whether this process holds the connection from one port to another. True where nobody tells.</summary>
    public static bool Has(int from, int to)
    {
        if (!File.Exists(Tables[0]))
        {
            return true;
        }

        var (begin, end) = (Address(from), Address(to));
        var sockets = Tables.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > Inode && fields[1].EndsWith(begin, StringComparison.Ordinal) && fields[2].EndsWith(end, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[Inode]}]")
            .ToHashSet(StringComparer.Ordinal);
        return sockets.Count > 0 && Directory.EnumerateFileSystemEntries("/proc/self/fd").Any(open => new FileInfo(open).LinkTarget is { } target && sockets.Contains(target));
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"{Loopback}:{port:X4}");
}
