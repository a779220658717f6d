using System.Runtime.InteropServices;
using System.Text;

namespace Gantry.Engine.Processes;

/// <summary>A terminal without a screen: one side is the runner's, the other one a child's. Linux and macOS.</summary>
internal static unsafe partial class PseudoTerminal
{
    private const int Mode = 0x80802; // O_RDWR, O_NONBLOCK, O_CLOEXEC of Linux
    private const int NoControl = 0x100; // O_NOCTTY of Linux
    private const int Size = 0x5414; // TIOCSWINSZ of Linux
    private const int DuplicatePrivate = 1030; // F_DUPFD_CLOEXEC of Linux
    private const int LongestPath = 128;

    /// <summary>Opens one of 80 columns and 24 lines.</summary>
    /// <returns>The runner's side twice, for reading and for writing, and the path of the child's.</returns>
    /// <exception cref="ProcessException">There is none to be had.</exception>
    public static (int Read, int Write, string Path) Open()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ProcessException("terminals are offered on Linux only");
        }

        var ours = OpenMaster(Mode | NoControl);
        if (ours < 0)
        {
            throw LibC.Failed("posix_openpt");
        }

        var name = stackalloc byte[LongestPath];
        if (Grant(ours) != 0 || Unlock(ours) != 0 || NameOf(ours, name, LongestPath) != 0)
        {
            var failure = LibC.Failed("ptsname_r");
            _ = LibC.Close(ours);
            throw failure;
        }

        var window = stackalloc ushort[4] { 24, 80, 0, 0 };
        _ = Control(ours, Size, window);
        var again = Duplicate(ours, DuplicatePrivate, 0);
        if (again < 0)
        {
            var failure = LibC.Failed("fcntl");
            _ = LibC.Close(ours);
            throw failure;
        }

        return (ours, again, Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)));
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int Grant(int descriptor);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int Unlock(int descriptor);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int NameOf(int descriptor, byte* name, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, ushort* argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int command, int argument);
}
