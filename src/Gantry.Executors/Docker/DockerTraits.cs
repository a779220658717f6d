using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Guests;
using Gantry.Executors.Docker.Volumes;

namespace Gantry.Executors.Docker;

/// <summary>What is known about the executor before the first job.</summary>
internal static class DockerTraits
{
    public static ExecutorTraits Of(DockerSettings settings, string? buildsFolder)
    {
        var guest = Guest.Of(settings);
        return guest.Traits(SharesBuilds(settings, buildsFolder ?? guest.Traits(shared: false).DefaultBuildsFolder!));
    }

    /// <summary>False also for settings that cannot be read: the job says so itself, with its own message.</summary>
    private static bool SharesBuilds(DockerSettings settings, string builds)
    {
        try
        {
            return DockerFolders.AreShared(builds, settings.Volumes, Guest.Of(settings).Volumes);
        }
        catch (EnvironmentException)
        {
            return false;
        }
    }
}
