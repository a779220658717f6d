using System.Globalization;

namespace Gantry.Engine.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Code">Its exit code; -1 when a signal ended it.</param>
/// <param name="Signal">The signal that ended it; 0 for none.</param>
/// <param name="CoreDumped">It left a core file.</param>
public readonly record struct ProcessExit(int Code, int Signal, bool CoreDumped)
{
    /// <summary>In the words users of the official runner know: <c>exit status 1</c>, <c>signal: killed</c>.</summary>
    public string Text => Signal == 0
        ? string.Create(CultureInfo.InvariantCulture, $"exit status {Code}")
        : $"signal: {NameOf(Signal)}{(CoreDumped ? " (core dumped)" : "")}";

    public bool IsSuccess => Code == 0 && Signal == 0;

    public override string ToString() => Text;

    /// <summary>From the status word of <c>waitpid</c>.</summary>
    internal static ProcessExit FromStatus(int status)
    {
        var signal = status & 0x7F;
        return signal == 0 ? new ProcessExit((status >> 8) & 0xFF, 0, false) : new ProcessExit(-1, signal, (status & 0x80) != 0);
    }

    private static string NameOf(int signal) => signal switch
    {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        8 => "floating point exception",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        14 => "alarm clock",
        15 => "terminated",
        _ => PlatformName(signal),
    };

    private static string PlatformName(int signal) => (OperatingSystem.IsLinux(), signal) switch
    {
        (true, 7) or (false, 10) => "bus error",
        (true, 10) or (false, 30) => "user defined signal 1",
        (true, 12) or (false, 31) => "user defined signal 2",
        (true, 24) or (false, 24) => "cpu time limit exceeded",
        (true, 25) or (false, 25) => "file size limit exceeded",
        (true, 31) or (false, 12) => "bad system call",
        _ => string.Create(CultureInfo.InvariantCulture, $"signal {signal}"),
    };
}
