using Gantry.Engine.Executors;
using Gantry.Engine.Keeping;
using Gantry.Engine.Processes;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Guests;
using Gantry.Executors.Docker.Images;
using Gantry.Executors.Docker.Keeping;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Docker.Workspaces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Docker;

/// <summary>
/// Jobs in containers of a Docker Engine or of Podman's socket. One instance per runner entry's snapshot; it keeps the
/// connections to the engine.
/// </summary>
public sealed partial class DockerExecutor : IExecutor, ISweepingExecutor, IKeepsThings, IDisposable
{
    private readonly DockerSettings _settings;
    private readonly DockerSurroundings _surroundings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lazy<EngineClient> _engine;
    private readonly SharedTreeSwitch _sharedTrees = new();

    /// <param name="settings">The entry's <c>[runners.docker]</c>.</param>
    /// <param name="buildsFolder">The entry's <c>builds_dir</c>; null for <c>/builds</c>.</param>
    /// <param name="surroundings">What comes from the process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="tunnel">The way to the engine; null: as the settings say.</param>
    public DockerExecutor(
        DockerSettings settings, string? buildsFolder, DockerSurroundings surroundings, TimeProvider time, ILogger logger, IEngineTunnel? tunnel = null)
    {
        (_settings, _surroundings, _time, _logger) = (settings, surroundings, time, logger);
        Traits = DockerTraits.Of(settings, buildsFolder);
        _engine = new Lazy<EngineClient>(() => EngineConnector.Open(settings, surroundings, time, tunnel));
    }

    /// <summary>Traits before there is an entry.</summary>
    public static ExecutorTraits KindTraits { get; } = LinuxGuest.Instance.Traits(shared: false);

    /// <summary>The same of <c>docker-windows</c>.</summary>
    public static ExecutorTraits WindowsTraits { get; } = WindowsGuest.Instance.Traits(shared: false);

    public string Name => Guest.Of(_settings).Executor;

    public ExecutorTraits Traits { get; }

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken) =>
        await PrepareAsync(request, log, serves: false, cancellationToken);

    /// <summary>The same with a container that does what its image does, for those who reach into it in their own way.</summary>
    internal Task<DockerEnvironment> PrepareServerAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken) =>
        PrepareAsync(request, log, serves: true, cancellationToken);

    private async Task<DockerEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, bool serves, CancellationToken cancellationToken)
    {
        var engine = _engine.Value;
        var belongings = new Belongings(engine, _settings.VolumeKeep);
        try
        {
            return await new Preparation(request, _settings, _surroundings, engine, belongings)
            {
                Log = log,
                Time = _time,
                Logger = _logger,
                Sharing = _sharedTrees,
                Serves = serves,
            }.RunAsync(cancellationToken);
        }
        catch (Exception e)
        {
            using var budget = new CancellationTokenSource(TimeSpan.FromMinutes(5), _time);
            await belongings.RemoveAllAsync(budget.Token);
            if (e is EngineException broken)
            {
                throw EnvironmentException.Broken(broken.Message, broken);
            }

            throw;
        }
    }

    public async Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken)
    {
        if (!handle.Values.TryGetValue("name", out var name))
        {
            return new Reopening.Lost("");
        }

        var engine = _engine.Value;
        var belongings = new Belongings(engine, _settings.VolumeKeep);
        var preparation = new Preparation(request, _settings, _surroundings, engine, belongings)
        {
            Log = new SilentLog(),
            Time = _time,
            Logger = _logger,
            Sharing = _sharedTrees,
        };
        try
        {
            return await new PlaceSearch(preparation, engine, _surroundings, belongings).RunAsync(name, request, _logger, cancellationToken);
        }
        catch (EngineException broken)
        {
            throw EnvironmentException.Broken(broken.Message, broken);
        }
    }

    /// <summary>Whether an engine answers at all.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _engine.Value.VersionAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is EngineException or EnvironmentException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether this engine can run jobs with the image: it is there, or can be had from its registry without a login.
    /// </summary>
    /// <returns>Null when it can; else what is missing, for a user to read.</returns>
    public async Task<string?> ObstacleAsync(string image, CancellationToken cancellationToken)
    {
        if (!await AnswersAsync(cancellationToken))
        {
            return "no Docker Engine answers on this machine";
        }

        try
        {
            if (await _engine.Value.Images.FindAsync(image, null, cancellationToken) is null)
            {
                var (reference, tag) = ImageName.Split(image);
                await foreach (var _ in _engine.Value.Images.PullAsync(reference, tag, null, null, cancellationToken))
                {
                    // Its progress is nobody's interest here.
                }
            }

            return null;
        }
        catch (EngineException e)
        {
            return $"the Docker Engine cannot get {image}: {e.Message}";
        }
    }

    /// <inheritdoc/>
    public async Task<int> SweepAsync(IReadOnlySet<long> keep, CancellationToken cancellationToken)
    {
        try
        {
            var removed = await DockerSweep.RunAsync(_engine.Value, _surroundings, keep, cancellationToken);
            await SweepTreesAsync(cancellationToken);
            return removed;
        }
        catch (Exception e) when (e is EngineException or EnvironmentException or IOException or UnauthorizedAccessException or ProcessException)
        {
            Log.NotSwept(_logger, e.Message);
            return 0;
        }
    }

    private async Task SweepTreesAsync(CancellationToken cancellationToken)
    {
        var facts = await _engine.Value.FactsAsync(cancellationToken);
        var volumes = await _engine.Value.Volumes.ListAsync([$"{JobLabels.Owner}={_surroundings.OwnerId}"], cancellationToken);
        await SharedTrees.SweepAsync(
            SharedTreeSettings.FolderOf(_surroundings, _engine.Value.Endpoint, facts), _surroundings.ProcessId,
            volumes.Select(volume => volume.Name).ToHashSet(StringComparer.Ordinal), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeptThing>> KeptAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await new EngineStock(_engine.Value, _surroundings.OwnerId, new EngineLedger(_surroundings.StateFolder, _time, _logger)).FindAsync(cancellationToken);
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken(e.Message, e);
        }
    }

    /// <summary>Volumes that somebody else knows the names of; those that do not exist or are in use are left out.</summary>
    /// <param name="lastUsed">Names, and when each was used.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">The engine cannot be asked.</exception>
    public async Task<IReadOnlyList<KeptThing>> VolumesAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken)
    {
        try
        {
            return await new EngineStock(_engine.Value, _surroundings.OwnerId, new EngineLedger(_surroundings.StateFolder, _time, _logger)).NamedAsync(lastUsed, cancellationToken);
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken(e.Message, e);
        }
    }

    public void Dispose()
    {
        if (_engine.IsValueCreated)
        {
            _engine.Value.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "docker: leftovers of an earlier process were not looked for: {Why}")]
        public static partial void NotSwept(ILogger logger, string why);
    }
}
