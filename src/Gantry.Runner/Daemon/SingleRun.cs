using Gantry.Runner.Configuration;

namespace Gantry.Runner.Daemon;

/// <summary><c>run-single</c> (official-cli-config §1.3.8): one entry, one job at a time.</summary>
public sealed record SingleRun
{
    public required RunnerDaemonSettings Settings { get; init; }

    /// <summary>Leave after so many jobs; 0: never.</summary>
    public int MaxBuilds { get; init; }

    /// <summary>Leave when no job came for so long; zero: never.</summary>
    public TimeSpan WaitTimeout { get; init; }
}
