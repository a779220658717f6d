using System.Runtime.InteropServices;

namespace Gantry.Terminal;

/// <summary>
/// The terminal as another program wants it: every key at once and unseen, until it is disposed. Where the input is no terminal,
/// the bytes as they come.
/// </summary>
internal sealed partial class RawConsole : IDisposable
{
    // Larger than the struct of any system; what is in it is the system's affair.
    private const int StateSize = 256;

    private readonly byte[]? _before;

    private RawConsole(byte[]? before) => _before = before;

    /// <summary>What is typed.</summary>
    public Stream Input { get; } = Console.OpenStandardInput();

    /// <summary>What is shown.</summary>
    public Stream Output { get; } = Console.OpenStandardOutput();

    /// <summary>Somebody types.</summary>
    public bool IsTerminal => _before is not null;

    public static RawConsole Open()
    {
        var before = new byte[StateSize];
        if (OperatingSystem.IsWindows() || ReadState(0, before) != 0)
        {
            return new RawConsole(null);
        }

        var raw = (byte[])before.Clone();
        MakeRaw(raw);
        _ = WriteState(0, 0, raw);
        return new RawConsole(before);
    }

    public void Dispose()
    {
        if (_before is not null)
        {
            _ = WriteState(0, 0, _before);
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int ReadState(int descriptor, byte[] state);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int WriteState(int descriptor, int actions, byte[] state);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void MakeRaw(byte[] state);
}
