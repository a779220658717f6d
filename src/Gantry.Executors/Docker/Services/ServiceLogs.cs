using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Services;

/// <summary>Follows the logs of all services into the job's log (<c>CI_DEBUG_SERVICES</c>) until it is disposed.</summary>
internal sealed class ServiceLogs : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _all;

    public ServiceLogs(DockerJob job, IReadOnlyList<RunningService> services) =>
        _all = Task.WhenAll(services.Select(service => FollowAsync(job, service, _end.Token)));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private static async Task FollowAsync(DockerJob job, RunningService service, CancellationToken cancellationToken)
    {
        var lines = new ServiceLogLines(string.Join('-', service.Aliases), bytes => job.Log.Write(LogStream.Service, bytes));
        try
        {
            await using var stream = await job.Engine.Containers.LogsAsync(service.Id, follow: true, timestamps: true, cancellationToken);
            await StreamFrames.CopyAsync(stream, (_, bytes) => lines.Feed(bytes), cancellationToken);
        }
        catch (Exception e) when (e is EngineException or IOException)
        {
            job.Log.Warning($"The log of service {service.Name} cannot be followed: {e.Message}");
        }

        lines.End();
    }
}
