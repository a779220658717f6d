using System.Globalization;

namespace Gantry.Executors.Ssh;

/// <summary>Whose connections over the loopback address are, as the kernel's table of sockets tells.</summary>
internal sealed class OwnConnections
{
    /// <summary>Where Linux tells.</summary>
    public const string Kernel = "/proc";

    /// <summary>127.0.0.1, also where it ends an address of the longer kind.</summary>
    private const string Loopback = "0100007F";

    private const int Inode = 9;

    /// <summary>A socket that may speak both versions of the protocol stands in the second table.</summary>
    private readonly string[] _tables;

    private readonly string _open;
    private readonly bool _tells;

    /// <param name="kernel">Whether it tells at all is decided here, once: before there is a port at which somebody could use up our files.</param>
    public OwnConnections(string kernel)
    {
        _tables = [Path.Combine(kernel, "net/tcp"), Path.Combine(kernel, "net/tcp6")];
        _open = Path.Combine(kernel, "self/fd");
        _tells = Tells();
    }

    /// <summary>Whether this process holds the connection from one port to another. True where nobody tells; false if the kernel does, but not now.</summary>
    public bool Has(int from, int to)
    {
        try
        {
            return !_tells || Holds(Sockets(Address(from), Address(to)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool Tells()
    {
        try
        {
            _ = File.ReadLines(_tables[0]).Any();
            return Directory.EnumerateFileSystemEntries(_open).Any();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            // There is none, or it is kept from us.
            return false;
        }
        catch (IOException)
        {
            // It could not be asked just now, which is no answer.
            return true;
        }
    }

    private HashSet<string> Sockets(string begin, string end) =>
    [
        .. from line in _tables.Where(File.Exists).SelectMany(File.ReadLines)
           let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where fields.Length > Inode && fields[1].EndsWith(begin, StringComparison.Ordinal) && fields[2].EndsWith(end, StringComparison.Ordinal)
           select $"socket:[{fields[Inode]}]",
    ];

    private bool Holds(HashSet<string> sockets) =>
        sockets.Count > 0 && Directory.EnumerateFileSystemEntries(_open).Any(open => new FileInfo(open).LinkTarget is { } target && sockets.Contains(target));

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"{Loopback}:{port:X4}");
}
