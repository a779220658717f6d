namespace Gantry.Runner.Metrics;

/// <summary>What the process is doing (official-cli-config §3.2).</summary>
internal enum ProcessState
{
    Unknown,
    Starting,
    Running,
    GracefulShutdown,
    ForcefulShutdown,
}

internal static class ProcessStateNames
{
    public static string Text(this ProcessState state) => state switch
    {
        ProcessState.Starting => "starting",
        ProcessState.Running => "running",
        ProcessState.GracefulShutdown => "graceful-shutdown",
        ProcessState.ForcefulShutdown => "forceful-shutdown",
        _ => "unknown",
    };
}
