using System.Runtime.InteropServices;

namespace Gantry.Engine.Processes;

/// <summary>The C library's calls about processes and pipes, for Linux (glibc and musl) and macOS.</summary>
internal static unsafe partial class LibC
{
    public const int Interrupted = 4; // EINTR
    public const int NoSuchProcess = 3; // ESRCH
    public const int NotPermitted = 1; // EPERM
    public const int NoChild = 10; // ECHILD
    public const int SigQuit = 3;
    public const int SigKill = 9;
    public const int SigPipe = 13;
    public const int SigTerm = 15;
    public const int WithoutHanging = 1; // WNOHANG
    public const short PollIn = 0x1;
    public const short PollOut = 0x4;

    /// <summary>Opaque structures of the library are at most 336 bytes (posix_spawnattr_t of glibc).</summary>
    public const int OpaqueSize = 512;

    public static int TryAgain => OperatingSystem.IsLinux() ? 11 : 35; // EAGAIN

    /// <summary>SETSIGDEF, SETSIGMASK, SETSID; on macOS also CLOEXEC_DEFAULT.</summary>
    public static short SpawnFlags => (short)(OperatingSystem.IsLinux() ? 0x4 | 0x8 | 0x80 : 0x4 | 0x8 | 0x400 | 0x4000);

    private const int NonBlocking = 0x800; // O_NONBLOCK of Linux
    private const int CloseOnExec = 0x80000; // O_CLOEXEC of Linux

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>A pipe whose ends are not inherited; the parent's end is non-blocking, the child's is not.</summary>
    public static (int Parent, int Child) CreatePipe(bool parentReads)
    {
        var ends = stackalloc int[2];
        if (OperatingSystem.IsLinux() ? Pipe2(ends, CloseOnExec) != 0 : Pipe(ends) != 0)
        {
            throw Failed("pipe");
        }

        var (parent, child) = parentReads ? (ends[0], ends[1]) : (ends[1], ends[0]);
        // Elsewhere than on Linux the spawn itself closes all that is not named, and fcntl's variable argument is passed
        // in a way a fixed signature cannot express, so the platform's own shim is used.
        var failed = OperatingSystem.IsLinux() ? Control(parent, 4, NonBlocking) : SetNonBlocking(parent, 1); // F_SETFL
        if (failed < 0)
        {
            throw Failed("fcntl");
        }

        return (parent, child);
    }

    public static ProcessException Failed(string call) =>
        new($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    private static partial int Pipe(int* ends);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_FcntlSetIsNonBlocking", SetLastError = true)]
    private static partial int SetNonBlocking(nint descriptor, int isNonBlocking);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(int descriptor, byte* buffer, nint count, nint offset);

    /// <summary>Linux: a file that is nowhere but in memory, closed on exec.</summary>
    public static int CreateMemoryFile(byte* name) => MemoryFile(name, 1); // MFD_CLOEXEC

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    private static partial int MemoryFile(byte* name, uint flags);

    /// <summary>Linux: the range's pages are read again from its file when they are next looked at. What was written to them is lost.</summary>
    public static void DropPages(nuint start, nuint length) => _ = Advise(start, length, 4); // MADV_DONTNEED; a refusal leaves all as it is

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nuint start, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitProcess(int process, int* status, int options);

    /// <summary><c>pidfd_open</c> by its number, which is the same on all processors; old kernels answer ENOSYS.</summary>
    public static int OpenProcess(int process) => OperatingSystem.IsLinux() ? (int)SystemCall(434, process, 0) : -1;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    public static partial nint Signal(int signal, nint handler);

    /// <summary>What is called at that signal: 0 the default, 1 nothing. It is the first field of the structure on every system.</summary>
    public static nint HandlerOf(int signal)
    {
        var action = stackalloc byte[OpaqueSize];
        return Action(signal, null, action) == 0 ? *(nint*)action : 0;
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Action(int signal, byte* action, byte* before);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static partial int FillSignals(byte* set);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int ClearSignals(byte* set);

    [LibraryImport("libc", EntryPoint = "sigdelset")]
    public static partial int RemoveSignal(byte* set, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawnp")]
    public static partial int Spawn(int* process, byte* file, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SetSignalDefaults(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SetSignalMask(byte* attributes, byte* set);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    public static partial int AddOpen(byte* actions, int descriptor, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    public static partial int AddFolder(byte* actions, byte* path);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static partial int AddCloseFrom(byte* actions, int first);
}
