using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Running;

/// <summary>The first lines of a job log (official-job-protocol §3.9).</summary>
internal static class JobHeader
{
    public static void Write(IJobLog log, RunnerSettings runner, FeatureFlags flags)
    {
        var version = runner.Version;
        log.Line($"Running with {version.Name} {version.Version} ({version.Revision})");
        log.Line($"  on {runner.Name} {runner.ShortToken}, system ID: {runner.SystemId}");
        if (flags.Report is { Length: > 0 } report)
        {
            log.Line($"  feature flags: {report}");
        }
    }
}
