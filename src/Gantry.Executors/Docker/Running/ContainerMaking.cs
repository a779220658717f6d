using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Running;

/// <summary>Makes one container of a job for scripts.</summary>
internal static class ContainerMaking
{
    /// <param name="job">Whose.</param>
    /// <param name="name">Noted before it is asked for.</param>
    /// <param name="platform"><c>os/arch[/variant]</c>; null for the engine's own.</param>
    /// <param name="spec">What to make.</param>
    /// <param name="what">As the user reads it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">The engine refuses: 400 is a mistake in settings, anything else a break.</exception>
    public static async Task<ContainerRun> MakeAsync(
        DockerJob job, string name, string? platform, ContainerSpec spec, string what, CancellationToken cancellationToken)
    {
        job.Belongings.AddContainer(name);
        try
        {
            var created = await job.Engine.Containers.CreateAsync(name, platform, spec, cancellationToken);
            foreach (var warning in created.Warnings)
            {
                job.Log.Warning(warning);
            }

            return new ContainerRun(job, created.Id);
        }
        catch (EngineException e) when (e.IsBadRequest)
        {
            throw EnvironmentException.Misconfigured($"creating {what}: {e.Message}");
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"creating {what}: {e.Message}", e);
        }
    }
}
