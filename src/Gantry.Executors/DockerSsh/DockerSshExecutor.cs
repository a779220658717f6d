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
                there = there with { Entrance = passage };
            }

            var place = await new SshArrival(there, Through, time, logger).EnterAsync(request, log, container.CheckServesAsync, cancellationToken);
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
}
