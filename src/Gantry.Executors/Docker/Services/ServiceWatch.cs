using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Running;

namespace Gantry.Executors.Docker.Services;

/// <summary>
/// Looks for services that have ended by themselves: after a script failed, because a database that is gone is often the reason and
/// never visible in the script's own words. Each one is told of once.
/// </summary>
internal sealed class ServiceWatch(DockerJob job, IReadOnlyList<RunningService> services)
{
    /// <param name="failedOnly">A service that ended with success may have done all that it was for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task ReportAsync(bool failedOnly, CancellationToken cancellationToken)
    {
        foreach (var service in services.Where(service => !service.Told))
        {
            if (await EndAsync(service, failedOnly, cancellationToken) is { } problem)
            {
                service.Told = true;
                await ServiceWarning.SayAsync(job, service, problem, cancellationToken);
            }
        }
    }

    private async Task<string?> EndAsync(RunningService service, bool failedOnly, CancellationToken cancellationToken)
    {
        try
        {
            var state = (await job.Engine.Containers.InspectAsync(service.Id, cancellationToken)).State;
            return state.Running || state.Status == "created" || (failedOnly && state.ExitCode == 0) ? null
                : $"the container ended with exit code {state.ExitCode}{(state.OOMKilled ? " (out of memory: see `service_memory` of [runners.docker])" : "")}";
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            return "the container was removed, and not by this runner";
        }
        catch (EngineException)
        {
            // The script's own failure is what counts; an engine that cannot be asked is told of by the next call.
            return null;
        }
    }
}
