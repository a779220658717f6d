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
        try
        {
            return !File.Exists(Tables[0]) || Holds(Sockets(Address(from), Address(to)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static HashSet<string> Sockets(string begin, string end) =>
    [
        .. from line in Tables.Where(File.Exists).SelectMany(File.ReadLines)
           let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where fields.Length > Inode && fields[1].EndsWith(begin, StringComparison.Ordinal) && fields[2].EndsWith(end, StringComparison.Ordinal)
           select $"socket:[{fields[Inode]}]",
    ];

    private static bool Holds(HashSet<string> sockets) =>
        sockets.Count > 0 && Directory.EnumerateFileSystemEntries("/proc/self/fd").Any(open => new FileInfo(open).LinkTarget is { } target && sockets.Contains(target));

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"{Loopback}:{port:X4}");
}
