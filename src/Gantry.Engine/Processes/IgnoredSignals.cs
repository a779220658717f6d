using System.Runtime.InteropServices;

namespace Gantry.Engine.Processes;

/// <summary>
/// Signals that whoever started this process had ignored: <c>nohup</c> ignores SIGHUP, and a script without job control SIGINT
/// and SIGQUIT of what it starts with <c>&amp;</c>. The platform leaves them ignored, whoever registers for them.
/// </summary>
public static unsafe class IgnoredSignals
{
    /// <summary>Registering for this signal shall have an effect. To be called before.</summary>
    public static void Restore(PosixSignal signal)
    {
        // POSIX has numbers for these; the platform's own enumeration has negative ones.
        var number = signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGQUIT => LibC.SigQuit,
            _ => throw new ArgumentOutOfRangeException(nameof(signal)),
        };
        if (!OperatingSystem.IsWindows() && LibC.HandlerOf(number) == 1) // SIG_IGN
        {
            LibC.Signal(number, 0); // SIG_DFL
        }
    }
}
