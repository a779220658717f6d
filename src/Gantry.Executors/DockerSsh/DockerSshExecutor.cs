using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker;
using Gantry.Executors.Images;
using Gantry.Executors.Ssh;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.DockerSsh;

/// <summary>
/// Jobs in a container whose image runs an ssh server (official-executors §5): the docker executor makes it, with services, volumes and
/// network, and every stage goes into it over ssh. One instance per runner entry's snapshot.
/// </summary>
/// <param name="docker">Makes the container.</param>
/// <param name="ssh">The entry's; the host is the container.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For the operator.</param>
public sealed class DockerSshExecutor(DockerExecutor docker, SshSettings ssh, TimeProvider time, ILogger<SshExecutor> logger)
    : IExecutor, ISweepingExecutor, IDisposable
{
    /// <summary>For the ssh server in the container to come up.</summary>
    private static readonly TimeSpan ServerLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Traits before there is an entry.</summary>
    public static ExecutorTraits KindTraits { get; } = SshExecutor.KindTraits with
    {
        SharedBuildsFolder = false,
        SharedEnvironment = false,
        CustomBuildDirAllowed = true,
        Announcement = null,
        Features = ContainerTraits.Features with { Terminal = false, Session = false },
    };

    /// <summary>The server through which the container is reached, in whose network it is; null: the runner reaches it itself.</summary>
    public SshSettings? Through { get; init; }

    public string Name => "docker-ssh";

    public ExecutorTraits Traits => KindTraits;

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        if (!ssh.IsConfigured)
        {
            throw EnvironmentException.Misconfigured("missing SSH configuration: the runner needs a table [runners.ssh] with user and identity_file or password");
        }

        // Where the job's folders are, only the container's user knows; what the docker executor mounts for them stays empty.
        var container = await docker.PrepareServerAsync(
            request with { Plan = request.Plan with { Folders = new JobFolders(ContainerTraits.Builds, ContainerTraits.Builds, ContainerTraits.Cache) } }, log, cancellationToken);
        SshPassage? passage = null;
        try
        {
            var host = await container.ServeAsync(cancellationToken);
            var there = ssh with { Host = host };
            if (Through is not null)
            {
                passage = await SshPassage.OpenAsync(
                    Through, host, ssh.PortNumber ?? throw EnvironmentException.Misconfigured(ssh.PortProblem!), cancellationToken);
                there = there with { Entrance = passage.Entrance };
            }

            var place = await EnterAsync(container, there, request, log, cancellationToken);
            var parts = new ContainerParts(container, passage);
            return place is IReachableFiles files ? new ReachableContainer(place, files, parts) : new SshContainer(place, parts);
        }
        catch
        {
            passage?.Dispose();
            await container.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a job's stages wrote into went with its connection, so it does not go on; its container is removed.</summary>
    public Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken) =>
        docker.ReopenAsync(request, handle, cancellationToken);

    public Task<int> SweepAsync(IReadOnlySet<long> keep, CancellationToken cancellationToken) => docker.SweepAsync(keep, cancellationToken);

    public void Dispose() => docker.Dispose();

    private async Task<IJobEnvironment> EnterAsync(
        DockerEnvironment container, SshSettings there, EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        var executor = new SshExecutor(there, time, logger) { ServicesAreElsewhere = true };
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await executor.PrepareAsync(request, log, cancellationToken);
            }
            catch (EnvironmentException e) when (e.Retriable && time.GetElapsedTime(began) < ServerLimit)
            {
                // Not there yet, or never: a container that has ended says so here.
                await container.CheckServesAsync(cancellationToken);
                await Task.Delay(Pause, time, cancellationToken);
            }
            catch (EnvironmentException e) when (e.Retriable && Through is not null)
            {
                throw EnvironmentException.Broken(
                    $"{e.Message} (through {Through.User}@{Through.Host}: does an ssh server run in the container, and does that of the machine forward connections, AllowTcpForwarding?)", e);
            }
        }
    }
}
