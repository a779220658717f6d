using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Engine.Links;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Runners;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator.Local;

/// <summary>
/// The coordinator for one project in this process: the same creation, states, queue, payloads, logs and artifacts as the
/// server's, without HTTP. Open, create, take and follow, dispose. Thread-safe.
/// </summary>
public sealed class LocalCoordinator : IAsyncDisposable
{
    // Delayed jobs are started by the clock, and somebody is waiting for them.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly CoordinatorServices _services;
    private readonly Housekeeping _housekeeping;
    private readonly BridgeWorker _bridges;
    private readonly LocalHome _home;
    private KnownRunner? _runner;

    private LocalCoordinator(CoordinatorServices services, LocalHome home)
    {
        (_services, _home) = (services, home);
        _housekeeping = new Housekeeping(services, services.Loggers.CreateLogger<Housekeeping>()) { Interval = Look };
        _bridges = new BridgeWorker(services, services.Loggers.CreateLogger<BridgeWorker>());
    }

    /// <summary>Called after every commit that changed something, on the store's thread: it must be quick and must not throw.</summary>
    public Action Changed { get; set; } = () => { };

    internal CoordinatorServices Services => _services;

    internal ProjectRow Project => _home.Project;

    public static async Task<LocalCoordinator> OpenAsync(LocalSettings settings, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var store = settings.Store ?? LocalStore.Open(settings.DataDirectory);
        var services = CoordinatorHost.Compose(
            new CoordinatorSettings
            {
                DataDirectory = settings.DataDirectory,
                ListenUrl = settings.ServerUrl,
                ExternalUrl = settings.ServerUrl,
                ArtifactLimit = long.MaxValue / 2,
                TraceLimit = long.MaxValue,
                Ephemeral = true,
                NoAuth = settings.HasPages,
                OwnerName = settings.User.Login,
                Includes = settings.Includes,
                Clock = settings.Clock,
            },
            loggers, store.Feed, store.Database);
        var home = await services.Database.WriteAsync(session => LocalHome.Prepare(session, settings), cancellationToken);
        var coordinator = new LocalCoordinator(services, home);
        services.Changes.Listen(_ => coordinator.Changed());
        coordinator._bridges.Start();
        coordinator._housekeeping.Start();
        return coordinator;
    }

    /// <summary>The outcome of <see cref="PipelineCreator"/>; a configuration that is wrong is refused with all its problems.</summary>
    public async Task<LocalCreation> CreateAsync(LocalOrder order, CancellationToken cancellationToken)
    {
        var created = await _services.Creator.CreateAsync(OrderOf(order), cancellationToken);
        return created switch
        {
            PipelineCreation.Created { Pipeline: var pipeline } => new LocalCreation.Created(pipeline.Id),
            PipelineCreation.Refused refused => new LocalCreation.Refused(refused.Reason, refused.Messages, refused.Problems),
            _ => throw new InvalidOperationException($"unknown outcome {created}"),
        };
    }

    /// <summary>All pipelines: the root first, then its descendants.</summary>
    public Task<IReadOnlyList<LocalPipeline>> ReadAsync(CancellationToken cancellationToken) =>
        _services.Database.ReadAsync(session => LocalReading.All(session, _home.Project.Id), cancellationToken);

    /// <summary>A job names an image, or starts a pipeline whose jobs may.</summary>
    public Task<bool> WantsContainersAsync(long pipelineId, CancellationToken cancellationToken) => _services.Database.ReadAsync(
        session => session.Jobs.OfPipeline(pipelineId).Any(job => job.Kind == "bridge" || session.Jobs.Definition(job.Id).Image is not null), cancellationToken);

    /// <summary>The next job that waits, handed to the runner of this process, whatever its tags; null when there is none.</summary>
    /// <param name="identity">What the runner can do.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<LocalAssignment?> TakeAsync(RunnerIdentity identity, CancellationToken cancellationToken)
    {
        _runner ??= await _services.Database.WriteAsync(session => _home.Meet(session, identity, _services.Clock.GetUtcNow()), cancellationToken);
        var tags = await _services.Database.ReadAsync(session => session.Jobs.Waiting().SelectMany(job => job.TagList).Distinct().ToList(), cancellationToken);
        var runner = _runner with { Runner = _runner.Runner with { TagList = tags } };
        return await _services.Queue.TakeAsync(runner, cancellationToken) is { } assigned
            ? new LocalAssignment(assigned.Payload, new LocalJobLink(_services, assigned.Job.Id))
            : null;
    }

    /// <summary>Starts a manual or delayed job.</summary>
    public Task PlayAsync(long jobId, CancellationToken cancellationToken) =>
        _services.Actions.PlayAsync(jobId, _home.User.Id, [], cancellationToken);

    /// <summary>Cancels a pipeline and its children; running jobs still run their after_script.</summary>
    public Task CancelAsync(long pipelineId, CancellationToken cancellationToken) => _services.Actions.CancelPipelineAsync(pipelineId, cancellationToken);

    /// <summary>The log of a job, from the beginning, as it comes, until the job is over. A piece is valid until the next one.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> FollowLogAsync(long jobId, CancellationToken cancellationToken) =>
        _services.Traces.TailAsync(
            jobId, 0,
            () => _services.Database.ReadAsync(session => session.Jobs.Find(jobId) is not { } job || CiStatus.IsComplete(job.Status), cancellationToken),
            cancellationToken);

    /// <summary>The log so far; null when there is none.</summary>
    public Stream? OpenLog(long jobId) => _services.Traces.OpenRead(jobId);

    /// <summary>The archive of <c>artifacts:paths</c>; null when the job left none.</summary>
    public async Task<Stream?> OpenArchiveAsync(long jobId, CancellationToken cancellationToken) =>
        await _services.Database.ReadAsync(session => session.Artifacts.Find(jobId, "archive"), cancellationToken) is { } archive
            ? _services.Artifacts.OpenRead(archive)
            : null;

    public async ValueTask DisposeAsync()
    {
        Changed = () => { };
        await _bridges.DisposeAsync();
        await _housekeeping.DisposeAsync();
        _services.Traces.Dispose();
        _services.SigningKey.Dispose();
        _services.Database.Dispose();
    }

    private PipelineOrder OrderOf(LocalOrder order) => new()
    {
        Project = _home.Project,
        User = _home.User,
        Head = new RefHead(order.Reference, order.IsTag, order.Sha),
        Commit = order.Tree?.Find(order.Sha),
        Before = order.Before,
        Source = order.Source,
        Variables = [.. order.Variables.Select(LocalHome.RowOf)],
        Inputs = order.Inputs,
        MergeRequest = order.MergeRequest,
        Select = order.Select,
    };
}

/// <summary>A job handed out.</summary>
/// <param name="Payload">What a runner is told.</param>
/// <param name="Link">Its line back.</param>
public sealed record LocalAssignment(JobPayload Payload, IJobLink Link);
