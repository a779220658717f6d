using Gantry.Engine.Executors;

namespace Gantry.Executors.Docker.Volumes;

/// <summary>Rules of the builds folder (official-executors §2.2 step 6).</summary>
internal static class DockerFolders
{
    /// <summary>True when a folder of the host is mounted there, so that jobs of all slots see one folder.</summary>
    /// <exception cref="EnvironmentException">Not an absolute path, the root, or a volume that cannot be read.</exception>
    public static bool AreShared(string builds, IReadOnlyList<string> volumes, VolumeText grammar)
    {
        if (!grammar.IsAbsolute(builds))
        {
            throw EnvironmentException.Misconfigured("build directory needs to be an absolute path");
        }

        if (grammar.IsRoot(builds))
        {
            throw EnvironmentException.Misconfigured("build directory needs to be a non-root path");
        }

        try
        {
            return grammar.IsHostMounted(builds, volumes);
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }
    }
}
