using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Trees;

/// <summary>
/// The few system calls that reach files relative to an open folder. Numbers and layouts are the kernel's, for x86-64 and
/// arm64; <see cref="IsSupported"/> is false elsewhere, and where a sandbox refuses <c>statx</c>.
/// </summary>
internal static unsafe partial class LinuxSystem
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int PathOnly = 0x200000;
    public const int RemoveFolder = 0x200;

    public const int NoEntry = 2;
    public const int NoPermission = 13;
    public const int Exists = 17;
    public const int NotAFolder = 20;
    public const int IsAFolder = 21;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40;

    private const int CloseOnExec = 0x80000;
    private const int CurrentFolder = -100;
    private const int NoFollowAt = 0x100;
    private const int EmptyPath = 0x1000;
    private const int OpenAt2 = 437;
    private const ulong NoLinksAndBelow = 0x04 | 0x08;
    private const uint BasicFields = 0x7FF;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    // The only two open flags whose value differs between the two.
    private static readonly int FolderFlag = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollowFlag = IsArm ? 0x8000 : 0x20000;
    private static readonly nint StatxCall = IsArm ? 291 : 332;
    private static readonly nint ReadFolderCall = IsArm ? 61 : 217;

    private static readonly Lazy<bool> Supported = new(Probe);
    private static volatile bool _hasOpenAt2 = true;

    public static bool IsSupported => Supported.Value;

    public static int Folder => FolderFlag;

    /// <summary>Opens the trusted root; links in it are followed.</summary>
    public static SafeFileHandle OpenRoot(string path)
    {
        fixed (byte* name = FileNames.Encode(path, terminated: true))
        {
            return Handle(open(name, ReadOnly | FolderFlag | CloseOnExec, 0), path);
        }
    }

    /// <summary>Opens below the root without following a link anywhere. Invalid with the error set when that fails.</summary>
    /// <param name="root">An open folder.</param>
    /// <param name="path">Relative to it; <c>.</c> is the root.</param>
    /// <param name="flags">Of open(2); not to follow is always added.</param>
    /// <param name="mode">For a file that is made.</param>
    /// <param name="error">The errno.</param>
    public static SafeFileHandle TryOpen(SafeFileHandle root, string path, int flags, int mode, out int error)
    {
        flags |= NoFollowFlag | CloseOnExec;
        if (_hasOpenAt2)
        {
            var how = new OpenHow { Flags = (ulong)flags, Mode = (flags & Create) != 0 ? (ulong)mode : 0, Resolve = NoLinksAndBelow };
            fixed (byte* name = FileNames.Encode(path, terminated: true))
            {
                var opened = new SafeFileHandle(
                    syscall(OpenAt2, root.DangerousGetHandle(), (nint)name, (nint)(&how), sizeof(OpenHow), 0), ownsHandle: true);
                error = Marshal.GetLastPInvokeError();

                // ENOSYS before Linux 5.6; EPERM from sandboxes older than the call.
                if (!opened.IsInvalid || error is not (38 or 1))
                {
                    return opened;
                }
            }

            _hasOpenAt2 = false;
        }

        return TryOpenStepwise(root, path, flags, mode, out error);
    }

    public static FileEntry? Stat(SafeFileHandle folder, string name, string path)
    {
        Statx result;
        fixed (byte* text = FileNames.Encode(name, terminated: true))
        {
            var flags = NoFollowAt | (name.Length == 0 ? EmptyPath : 0);
            if (syscall(StatxCall, folder.DangerousGetHandle(), (nint)text, flags, (nint)BasicFields, (nint)(&result)) != 0)
            {
                return null;
            }
        }

        var kind = (result.Mode & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        };
        return new FileEntry
        {
            Path = path,
            Kind = kind,
            Mode = result.Mode & 0xFFF,
            Size = kind == FileKind.File ? (long)result.Size : 0,
            ModifiedAt = Time(result.ModifiedSeconds, result.ModifiedNanoseconds),
            Owner = new FileOwner(result.User, result.Group),
        };
    }

    /// <summary>Names in an open folder, without <c>.</c> and <c>..</c>.</summary>
    public static List<string> Names(SafeFileHandle folder)
    {
        List<string> names = [];
        var buffer = new byte[32 * 1024];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var read = (int)syscall(ReadFolderCall, folder.DangerousGetHandle(), (nint)start, buffer.Length, 0, 0);
                if (read <= 0)
                {
                    return names;
                }

                // struct linux_dirent64: inode 8, offset 8, length 2, type 1, name with a zero behind.
                for (var at = 0; at < read; at += *(ushort*)(start + at + 16))
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + 19);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add(FileNames.Decode(name));
                    }
                }
            }
        }
    }

    public static string? ReadLink(SafeFileHandle folder, string name)
    {
        var buffer = new byte[4096];
        fixed (byte* text = FileNames.Encode(name, terminated: true), target = buffer)
        {
            var length = readlinkat((int)folder.DangerousGetHandle(), text, target, buffer.Length);
            return length < 0 ? null : FileNames.Decode(buffer.AsSpan(0, (int)length));
        }
    }

    public static int MakeFolder(SafeFileHandle folder, string name)
    {
        fixed (byte* text = FileNames.Encode(name, terminated: true))
        {
            return Result(mkdirat((int)folder.DangerousGetHandle(), text, 0x1FF));
        }
    }

    public static int MakeLink(SafeFileHandle folder, string name, string target)
    {
        fixed (byte* text = FileNames.Encode(name, terminated: true), to = FileNames.Encode(target, terminated: true))
        {
            return Result(symlinkat(to, (int)folder.DangerousGetHandle(), text));
        }
    }

    public static int MakeHardLink(SafeFileHandle fromFolder, string from, SafeFileHandle folder, string name)
    {
        fixed (byte* text = FileNames.Encode(name, terminated: true), existing = FileNames.Encode(from, terminated: true))
        {
            return Result(linkat((int)fromFolder.DangerousGetHandle(), existing, (int)folder.DangerousGetHandle(), text, 0));
        }
    }

    public static int Remove(SafeFileHandle folder, string name, int flags)
    {
        fixed (byte* text = FileNames.Encode(name, terminated: true))
        {
            return Result(unlinkat((int)folder.DangerousGetHandle(), text, flags));
        }
    }

    public static void SetOwner(SafeFileHandle folder, string name, FileOwner owner)
    {
        fixed (byte* text = FileNames.Encode(name, terminated: true))
        {
            _ = fchownat((int)folder.DangerousGetHandle(), text, owner.User, owner.Group, NoFollowAt | (name.Length == 0 ? EmptyPath : 0));
        }
    }

    public static void SetMode(SafeFileHandle file, int mode) => _ = fchmod((int)file.DangerousGetHandle(), (uint)mode);

    /// <param name="folder">An open folder, or the file itself with an empty name.</param>
    /// <param name="name">In the folder.</param>
    /// <param name="time">Becomes access and modification time.</param>
    public static void SetTime(SafeFileHandle folder, string name, DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        var spec = rest < 0
            ? new TimeSpec(seconds - 1, (rest + TimeSpan.TicksPerSecond) * 100)
            : new TimeSpec(seconds, rest * 100);
        var specs = stackalloc TimeSpec[] { spec, spec };
        if (name.Length == 0)
        {
            _ = futimens((int)folder.DangerousGetHandle(), specs);
            return;
        }

        fixed (byte* text = FileNames.Encode(name, terminated: true))
        {
            _ = utimensat((int)folder.DangerousGetHandle(), text, specs, NoFollowAt);
        }
    }

    public static IOException Fault(int error, string path) => new($"{path}: {new Win32Exception(error).Message}");

    private static DateTimeOffset Time(long seconds, uint nanoseconds)
    {
        var clamped = Math.Clamp(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(clamped).AddTicks(nanoseconds / 100);
    }

    /// <summary><see cref="TryOpen"/> for kernels without openat2: folder by folder.</summary>
    internal static SafeFileHandle TryOpenStepwise(SafeFileHandle root, string path, int flags, int mode, out int error)
    {
        flags |= NoFollowFlag | CloseOnExec;
        var folder = root;
        try
        {
            var segments = path.Split('/');
            for (var i = 0; ; i++)
            {
                var last = i == segments.Length - 1;
                SafeFileHandle next;
                fixed (byte* name = FileNames.Encode(segments[i], terminated: true))
                {
                    var wanted = last ? flags : PathOnly | FolderFlag | NoFollowFlag | CloseOnExec;
                    next = new SafeFileHandle(openat((int)folder.DangerousGetHandle(), name, wanted, (uint)mode), ownsHandle: true);
                    error = Marshal.GetLastPInvokeError();
                }

                if (last || next.IsInvalid)
                {
                    return next;
                }

                Release(folder, root);
                folder = next;
            }
        }
        finally
        {
            Release(folder, root);
        }
    }

    private static void Release(SafeFileHandle folder, SafeFileHandle root)
    {
        if (!ReferenceEquals(folder, root))
        {
            folder.Dispose();
        }
    }

    private static SafeFileHandle Handle(int descriptor, string path) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Fault(Marshal.GetLastPInvokeError(), path);

    private static int Result(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return false;
        }

        Statx result;
        fixed (byte* name = "/\0"u8)
        {
            return syscall(StatxCall, CurrentFolder, (nint)name, NoFollowAt, (nint)BasicFields, (nint)(&result)) == 0;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int folder, byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdirat(int folder, byte* path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int symlinkat(byte* target, int folder, byte* path);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int linkat(int fromFolder, byte* from, int folder, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int folder, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readlinkat(int folder, byte* path, byte* target, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchownat(int folder, byte* path, uint user, uint group, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int file, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int futimens(int file, TimeSpec* times);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int utimensat(int folder, byte* path, TimeSpec* times, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);

    /// <summary>struct statx, 256 bytes; only the fields used are named.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }
}
