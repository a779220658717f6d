using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Ssh;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.DockerSsh;

/// <summary>Gets into a container whose ssh server may still be starting.</summary>
/// <param name="there">The server in the container.</param>
/// <param name="through">The one through which it is reached; null: the runner reaches it itself.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For the operator.</param>
internal sealed class SshArrival(SshSettings there, SshSettings? through, TimeProvider time, ILogger<SshExecutor> logger)
{
    /// <summary>For the ssh server in the container to come up.</summary>
    private static readonly TimeSpan ServerLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <param name="request">The job's.</param>
    /// <param name="log">The job's.</param>
    /// <param name="check">Throws when the server will never come up.</param>
    /// <param name="cancellationToken">Ends the attempts.</param>
    /// <exception cref="EnvironmentException">There is no way in.</exception>
    public async Task<IJobEnvironment> EnterAsync(
        EnvironmentRequest request, IJobLog log, Func<CancellationToken, Task> check, CancellationToken cancellationToken)
    {
        var executor = new SshExecutor(there, time, logger) { ServicesAreElsewhere = true };
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await executor.PrepareAsync(request, log, cancellationToken);
            }
            catch (EnvironmentException e) when (e.Retriable && there.Entrance?.Loss is { } loss)
            {
                // It does not come back, and its port may be another program's by now.
                throw EnvironmentException.Broken(loss, e);
            }
            catch (EnvironmentException e) when (e.Retriable && time.GetElapsedTime(began) < ServerLimit)
            {
                // Not there yet, or never: a container that has ended says so here.
                await check(cancellationToken);
                await Task.Delay(Pause, time, cancellationToken);
            }
            catch (EnvironmentException e) when (e.Retriable && through is not null)
            {
                throw EnvironmentException.Broken(
                    $"{e.Message} (through {through.User}@{through.Host}: does an ssh server run in the container, and does that of the machine forward connections, AllowTcpForwarding?)", e);
            }
        }
    }
}
