using System.Runtime.InteropServices;

namespace Gantry.Engine.Processes;

/// <summary>
/// Starts a process by <c>posix_spawn</c>: as leader of a new session and process group, with default signals, and with
/// nothing open but the three standard descriptors.
/// </summary>
internal static unsafe class PosixSpawn
{
    private const int ReadWrite = 2; // O_RDWR

    private static readonly Lazy<bool> HasFolder = new(() => Knows(actions =>
    {
        fixed (byte* folder = "/\0"u8)
        {
            Check(LibC.AddFolder(actions, folder));
        }
    }));

    private static readonly Lazy<bool> HasCloseFrom = new(() => Knows(actions => Check(LibC.AddCloseFrom(actions, 3))));

    /// <summary>Starts it; -1 stands for the null device.</summary>
    /// <returns>The process id.</returns>
    /// <exception cref="ProcessException">The program is missing or may not be run, or the folder is missing.</exception>
    public static int Start(ProcessStart start, int input, int output, int error) =>
        Start(start, actions => SetDescriptors(actions, input, output, error));

    /// <summary>Starts it in a terminal, which becomes the one that controls its session.</summary>
    /// <param name="start">What.</param>
    /// <param name="terminal">The path of the terminal's own side.</param>
    public static int Start(ProcessStart start, string terminal) => Start(start, actions => SetTerminal(actions, terminal));

    private delegate void Descriptors(byte* actions);

    private static int Start(ProcessStart start, Descriptors descriptors)
    {
        var attributes = stackalloc byte[LibC.OpaqueSize];
        var actions = stackalloc byte[LibC.OpaqueSize];
        Check(LibC.InitAttributes(attributes));
        Check(LibC.InitActions(actions));
        try
        {
            SetAttributes(attributes);
            descriptors(actions);
            var line = CommandLine(start);
            if (start.WorkingFolder is { } folder && HasFolder.Value)
            {
                fixed (byte* path = Terminated(folder))
                {
                    Check(LibC.AddFolder(actions, path));
                }
            }

            using var arguments = new NativeStrings(line);
            using var environment = new NativeStrings(EnvironmentBlock.Build(start.Environment));
            int process;
            var failure = LibC.Spawn(&process, arguments.Pointer[0], actions, attributes, arguments.Pointer, environment.Pointer);
            return failure == 0 ? process : throw NotStarted(start, failure);
        }
        finally
        {
            _ = LibC.DestroyActions(actions);
            _ = LibC.DestroyAttributes(attributes);
        }
    }

    private static void SetAttributes(byte* attributes)
    {
        var set = stackalloc byte[LibC.OpaqueSize];
        Check(LibC.SetFlags(attributes, LibC.SpawnFlags));
        Check(LibC.ClearSignals(set));
        Check(LibC.SetSignalMask(attributes, set));
        Check(LibC.FillSignals(set));
        if (OperatingSystem.IsMacOS())
        {
            // These two cannot be set, and macOS refuses the whole call for them.
            Check(LibC.RemoveSignal(set, LibC.SigKill));
            Check(LibC.RemoveSignal(set, 17));
        }

        Check(LibC.SetSignalDefaults(attributes, set));
    }

    /// <summary>On Linux the first terminal that the leader of a session opens becomes the session's own.</summary>
    private static void SetTerminal(byte* actions, string terminal)
    {
        fixed (byte* path = Terminated(terminal))
        {
            Check(LibC.AddOpen(actions, 0, path, ReadWrite, 0));
        }

        Check(LibC.AddDuplicate(actions, 0, 1));
        Check(LibC.AddDuplicate(actions, 0, 2));
        if (HasCloseFrom.Value)
        {
            Check(LibC.AddCloseFrom(actions, 3));
        }
    }

    private static void SetDescriptors(byte* actions, int input, int output, int error)
    {
        fixed (byte* nothing = "/dev/null\0"u8)
        {
            ReadOnlySpan<int> sources = [input, output, error];
            for (var target = 0; target < 3; target++)
            {
                if (sources[target] < 0)
                {
                    Check(LibC.AddOpen(actions, target, nothing, ReadWrite, 0));
                }
                else
                {
                    Check(LibC.AddDuplicate(actions, sources[target], target));
                }
            }
        }

        // Ours are all close-on-exec; this is for descriptors that the runner itself was given by whoever started it.
        if (HasCloseFrom.Value)
        {
            Check(LibC.AddCloseFrom(actions, 3));
        }
    }

    private static List<byte[]> CommandLine(ProcessStart start)
    {
        var line = new List<byte[]>();
        if (start.WorkingFolder is { } folder && !HasFolder.Value)
        {
            // glibc before 2.29 cannot change the folder of a spawned process.
            line.AddRange([.. "/bin/sh|-c|cd -- \"$1\" && shift && exec \"$@\"|sh".Split('|').Select(NativeStrings.Bytes)]);
            line.Add(NativeStrings.Bytes(folder));
        }

        line.Add(NativeStrings.Bytes(start.FileName));
        line.AddRange(start.Arguments.Select(NativeStrings.Bytes));
        return line;
    }

    private static void Check(int failure)
    {
        if (failure != 0)
        {
            throw new ProcessException($"posix_spawn: {Marshal.GetPInvokeErrorMessage(failure)}");
        }
    }

    private static byte[] Terminated(string text) => [.. NativeStrings.Bytes(text), 0];

    private static ProcessException NotStarted(ProcessStart start, int failure)
    {
        var why = failure == 2 && start.WorkingFolder is { } folder && !Directory.Exists(folder)
            ? $"the folder {folder} does not exist"
            : failure == 2 && !start.FileName.Contains('/')
                ? "executable file not found in $PATH"
                : Marshal.GetPInvokeErrorMessage(failure);
        return new ProcessException($"failed to start process: {start.FileName}: {why}");
    }

    /// <summary>Whether the C library has a call. It is tried, not looked up: a static executable has no symbols.</summary>
    private static bool Knows(Descriptors call)
    {
        var actions = stackalloc byte[LibC.OpaqueSize];
        Check(LibC.InitActions(actions));
        try
        {
            call(actions);
            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
        finally
        {
            _ = LibC.DestroyActions(actions);
        }
    }
}
