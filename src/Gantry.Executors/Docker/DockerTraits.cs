using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Volumes;

namespace Gantry.Executors.Docker;

/// <summary>What is known about the executor before the first job.</summary>
internal static class DockerTraits
{
    public const string Builds = "/builds";
    public const string Cache = "/cache";

    /// <summary>False also for settings that cannot be read: the job says so itself, with its own message.</summary>
    public static bool SharesBuilds(DockerSettings settings, string? buildsFolder)
    {
        try
        {
            return DockerFolders.AreShared(buildsFolder ?? Builds, settings.Volumes);
        }
        catch (EnvironmentException)
        {
            return false;
        }
    }
}
