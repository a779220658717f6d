using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Gantry.Native;

/// <summary>
/// Loads SQLite from inside this executable. The native library is a resource of the native build; Linux maps it from an
/// anonymous memory file, so nothing is written to disk and the product stays one file. Where the resource is absent
/// (managed builds) the library beside the assemblies is found as usual.
/// </summary>
internal static partial class EmbeddedSqlite
{
    private const string LibraryName = "e_sqlite3";
    private const string ResourceName = "libe_sqlite3.so";
    private const uint CloseOnExec = 1;

    private static IntPtr _handle;
    private static int _registered;

    /// <summary>Call before the first database is opened. A second call changes nothing.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != LibraryName || !OperatingSystem.IsLinux())
        {
            return IntPtr.Zero;
        }

        if (_handle == IntPtr.Zero && typeof(EmbeddedSqlite).Assembly.GetManifestResourceStream(ResourceName) is { } resource)
        {
            using (resource)
            {
                _handle = Load(resource);
            }
        }

        return _handle;
    }

    private static IntPtr Load(Stream resource)
    {
        var descriptor = MemfdCreate(ResourceName, CloseOnExec);
        if (descriptor < 0)
        {
            throw new DllNotFoundException($"memfd_create failed with error {Marshal.GetLastPInvokeError()}; SQLite could not be loaded");
        }

        using var memory = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true), FileAccess.ReadWrite);
        resource.CopyTo(memory);
        memory.Flush();
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
