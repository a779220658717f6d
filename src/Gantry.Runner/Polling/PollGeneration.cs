using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Supervising;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Polling;

/// <summary>
/// All poll loops of one configuration snapshot. Replaced as a whole on reload: requests of the old one that are on
/// their way are finished, and the jobs they bring are run as the newest configuration says (<see cref="AsConfigured"/>).
/// </summary>
internal sealed partial class PollGeneration : IDisposable
{
    private readonly CancellationTokenSource _replaced = new();
    private readonly CancellationTokenSource _halted = new();
    private readonly Dictionary<RunnerEntry, Health> _health = new(ReferenceEqualityComparer.Instance);
    private readonly List<Task> _loops = [];
    private CancellationTokenSource? _stop;
    private readonly PollSources _sources;
    private readonly ILogger _logger;

    public PollGeneration(RunnerDaemonSettings settings, PollSources sources, ILogger logger)
    {
        (_sources, _logger, Settings) = (sources, logger, settings);
        Executors = Known(settings);
        Gates = GatesOf(Executors.Select(e => e.Entry));
        foreach (var (entry, _) in Executors)
        {
            _health[entry] = new Health(entry.UnhealthyRequestsLimit, entry.UnhealthyInterval, sources.Time);
        }
    }

    public RunnerDaemonSettings Settings { get; }

    /// <summary>Entries that are polled, with their executors.</summary>
    public IReadOnlyList<(RunnerEntry Entry, IExecutor Executor)> Executors { get; }

    /// <summary>Requests on their way, per entry: entries of one token share theirs.</summary>
    public IReadOnlyDictionary<RunnerEntry, RequestGate> Gates { get; }

    /// <summary>False while the server's refusals keep the entry from being polled.</summary>
    public bool IsHealthy(RunnerEntry entry) => !_health.TryGetValue(entry, out var health) || health.IsHealthy;

    /// <param name="stopping">Ends the loops and the requests on their way.</param>
    public void Start(CancellationToken stopping)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping, _halted.Token);
        var noMoreJobs = _stop.Token;
        var share = Executors.Count == 0 ? TimeSpan.Zero : Settings.CheckInterval / Executors.Count;
        var turns = new Dictionary<string, SemaphoreSlim>(StringComparer.Ordinal);
        for (var i = 0; i < Executors.Count; i++)
        {
            var (entry, executor) = Executors[i];
            if (!turns.TryGetValue(entry.Settings.Url, out var turn))
            {
                turns[entry.Settings.Url] = turn = new SemaphoreSlim(1, 1);
            }

            var context = Context(entry, executor, Gates[entry], turn);
            for (var loop = 0; loop < entry.RequestConcurrency; loop++)
            {
                _loops.Add(new PollLoop(entry, context, _logger).RunAsync(share * i, _replaced.Token, noMoreJobs));
            }
        }
    }

    /// <summary>
    /// The job with this configuration's entry when an older one asked for it: who has just mended the file and tries again must
    /// not meet the old values. An entry that is gone, or whose executor is another kind than was announced, stays as it was.
    /// </summary>
    public ReceivedJob AsConfigured(ReceivedJob job)
    {
        var old = job.Runner.Settings;
        var same = Executors.Where(e => IsSame(e.Entry.Settings, old)).ToList();
        return same.Count switch
        {
            0 => job,
            _ when same.Exists(e => ReferenceEquals(e.Entry, job.Runner)) => job,
            1 => job with { Runner = same[0].Entry, Executor = same[0].Executor },
            _ when same.Find(e => e.Entry.Settings.Name == old.Name) is { Entry: not null } named => job with { Runner = named.Entry, Executor = named.Executor },
            _ => job,
        };
    }

    /// <summary>No new requests from this configuration.</summary>
    public void Retire() => _replaced.Cancel();

    /// <summary>No new requests, and those on their way are taken back.</summary>
    public void Halt() => _halted.Cancel();

    /// <summary>Ends when all requests have ended.</summary>
    public Task DrainAsync() => Task.WhenAll(_loops);

    public void Dispose()
    {
        _replaced.Dispose();
        _halted.Dispose();
        _stop?.Dispose();
    }

    private static bool IsSame(RunnerSettings one, RunnerSettings other) =>
        one.Url == other.Url && one.Token == other.Token && one.Executor == other.Executor;

    private static Dictionary<RunnerEntry, RequestGate> GatesOf(IEnumerable<RunnerEntry> entries)
    {
        var ofToken = new Dictionary<Engine.Secret, RequestGate>();
        var ofEntry = new Dictionary<RunnerEntry, RequestGate>(ReferenceEqualityComparer.Instance);
        foreach (var entry in entries)
        {
            if (!ofToken.TryGetValue(entry.Settings.Token, out var gate))
            {
                var adaptive = entry.Settings.FeatureFlags.GetValueOrDefault("FF_USE_ADAPTIVE_REQUEST_CONCURRENCY", true);
                ofToken[entry.Settings.Token] = gate = new RequestGate(entry.RequestConcurrency, adaptive);
            }

            ofEntry[entry] = gate;
        }

        return ofEntry;
    }

    private List<(RunnerEntry, IExecutor)> Known(RunnerDaemonSettings settings)
    {
        var known = new List<(RunnerEntry, IExecutor)>();
        foreach (var entry in settings.Runners.Where(r => r.HasToken))
        {
            if (_sources.Executors.TryGetValue(entry.Settings.Executor, out var make))
            {
                known.Add((entry, make(entry)));
            }
            else
            {
                var names = string.Join(", ", _sources.Executors.Keys.Order(StringComparer.Ordinal));
                Log.UnknownExecutor(_logger, entry.Settings.Name, entry.Settings.Executor, names);
            }
        }

        return known;
    }

    private PollContext Context(RunnerEntry entry, IExecutor executor, RequestGate gate, SemaphoreSlim turn) => new()
    {
        Client = _sources.Clients.For(entry.Endpoint),
        Executor = executor,
        Identity = RunnerIdentities.For(entry.Settings.Version, entry.Settings, executor.Traits, entry.Facts),
        SystemId = Settings.SystemId,
        Health = _health[entry],
        Gate = gate,
        Capacity = _sources.Capacity,
        Pace = _sources.Pace,
        Turn = turn,
        Entries = Executors.Count,
        CheckInterval = Settings.CheckInterval,
        Time = _sources.Time,
        Received = _sources.Received,
        Meter = happened => _sources.Meter(entry, happened),
        Session = _sources.Session,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Runner \"{runner}\": there is no executor \"{executor}\"; the entry is not polled. Executors: {names}")]
        public static partial void UnknownExecutor(ILogger logger, string runner, string executor, string names);
    }
}

/// <summary>What all generations share.</summary>
internal sealed record PollSources
{
    public required IReadOnlyDictionary<string, Func<RunnerEntry, IExecutor>> Executors { get; init; }
    public required GitLabClients Clients { get; init; }
    public required Capacity Capacity { get; init; }
    public required Pace Pace { get; init; }
    public required TimeProvider Time { get; init; }
    public required Action<ReceivedJob> Received { get; init; }

    /// <summary>Counts what polling does.</summary>
    public required Action<RunnerEntry, PollEvent> Meter { get; init; }

    /// <inheritdoc cref="PollContext.Session"/>
    public required Func<Sessions.JobSession?> Session { get; init; }
}
