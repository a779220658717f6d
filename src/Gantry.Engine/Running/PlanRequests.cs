using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Running;

/// <summary>From what the engine is given to what the planner asks for.</summary>
internal static class PlanRequests
{
    /// <exception cref="EnvironmentException">A configured TLS file cannot be read.</exception>
    public static PlanRequest Of(JobPayload payload, RunnerSettings runner, ExecutorTraits traits, JobNumbers numbers) => new()
    {
        Payload = payload,
        Runner = runner,
        Numbers = numbers,
        Tls = TlsFiles.Read(runner),
        Defaults = new PlanDefaults
        {
            BuildsFolder = traits.DefaultBuildsFolder,
            CacheFolder = traits.DefaultCacheFolder,
            FoldersComeLater = traits.FoldersComeLater,
            SharedBuildsFolder = traits.SharedBuildsFolder,
            SharedEnvironment = traits.SharedEnvironment,
            CustomBuildDirAllowed = traits.CustomBuildDirAllowed,
            SafeDirectoryCheckout = traits.SafeDirectoryCheckout,
            CleanGitConfig = traits.CleanGitConfig,
            Shell = traits.DefaultShell,
            PlaceIsWindows = traits.PlaceIsWindows,
        },
    };
}
