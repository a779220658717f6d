using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker;

/// <summary>What is known about the executor before the first job.</summary>
internal static class DockerTraits
{
    /// <summary>False also for settings that cannot be read: the job says so itself, with its own message.</summary>
    public static bool SharesBuilds(DockerSettings settings, string? buildsFolder)
    {
        try
        {
            return DockerFolders.AreShared(buildsFolder ?? ContainerTraits.Builds, settings.Volumes);
        }
        catch (EnvironmentException)
        {
            return false;
        }
    }
}
