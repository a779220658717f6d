namespace Gantry.Engine.Processes;

/// <summary>
/// A child that closes its input must not end the runner by SIGPIPE. The platform usually ignores that signal already;
/// a handler that somebody installed stays.
/// </summary>
internal static class SignalDefaults
{
    private static readonly Lazy<bool> Once = new(() =>
    {
        var before = LibC.Signal(LibC.SigPipe, 1); // SIG_IGN
        if (before is not (0 or 1))
        {
            LibC.Signal(LibC.SigPipe, before);
        }

        return true;
    });

    public static void Prepare() => _ = Once.Value;
}
