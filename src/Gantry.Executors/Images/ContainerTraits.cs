using Gantry.Engine.Executors;
using Gantry.Protocol.Runners;

namespace Gantry.Executors.Images;

/// <summary>What executors of containers have in common before the first job (official-executors §1.2).</summary>
internal static class ContainerTraits
{
    public const string Builds = "/builds";
    public const string Cache = "/cache";

    public static RunnerFeatures Features { get; } = new()
    {
        Variables = true,
        Image = true,
        ImageExecutorOpts = true,
        Services = true,
        ServiceExecutorOpts = true,
        ServiceMultipleAliases = true,
        ServiceVariables = true,
        Terminal = true,
        Session = true,
    };

    /// <param name="sharedBuilds">Jobs of all slots see one builds folder.</param>
    public static ExecutorTraits Of(bool sharedBuilds) => new()
    {
        DefaultBuildsFolder = Builds,
        DefaultCacheFolder = Cache,
        SharedBuildsFolder = sharedBuilds,
        SharedEnvironment = false,
        CustomBuildDirAllowed = true,
        SafeDirectoryCheckout = true,
        CleanGitConfig = true,
        DefaultShell = "bash",
        NamesRunnerHost = true,
        Announcement = null,
        Features = Features,
    };
}
