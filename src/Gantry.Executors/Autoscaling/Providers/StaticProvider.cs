using System.Net.Sockets;

namespace Gantry.Executors.Autoscaling.Providers;

/// <summary>
/// A fixed pool of machines. Those that are in use are instances that run; one that was given up, because it did not answer or had its
/// jobs, is taken in again later, and made ready anew. Nothing is done to the machines themselves. Thread-safe.
/// </summary>
internal sealed class StaticProvider(ScalerSettings settings, TimeProvider time) : IInstanceProvider
{
    private const string Name = "static";

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly StaticPool _pool = StaticPool.Read(settings.PluginConfig);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _active = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _unwell = new(StringComparer.Ordinal);

    public ProviderTraits Traits => new(Name, _pool.Machines.Count, IsFixed: true);

    /// <summary>The name officially has a prefix for programs, and may have a version.</summary>
    public static bool IsMeantBy(string plugin) => plugin.Split(':')[0] is Name or "fleeting-plugin-" + Name;

    public Task<IReadOnlyList<ProvidedInstance>> UpdateAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ProvidedInstance>>([.. _active.Select(id => new ProvidedInstance(id, InstancePhase.Running))]);
        }
    }

    public Task<int> IncreaseAsync(int count, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var taken = _pool.Machines.Keys.Where(id => !_active.Contains(id) && (!_unwell.TryGetValue(id, out var since) || now - since >= settings.DeletionRetry))
                .Take(count).ToList();
            foreach (var id in taken)
            {
                _unwell.Remove(id);
                _active.Add(id);
            }

            return Task.FromResult(taken.Count);
        }
    }

    public Task DecreaseAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _active.ExceptWith(ids);
        }

        return Task.CompletedTask;
    }

    public Task<InstanceAccess> AccessAsync(string id, CancellationToken cancellationToken) => _pool.Machines.TryGetValue(id, out var machine)
        ? Task.FromResult(machine)
        : throw new ProviderException($"static: there is no machine {id}");

    /// <summary>Somebody listens where jobs would go.</summary>
    public async Task HeartbeatAsync(string id, CancellationToken cancellationToken)
    {
        var target = InstanceTarget.Of(await AccessAsync(id, cancellationToken), settings.Connector);
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(target.Host, target.Port, either.Token);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            lock (_gate)
            {
                _unwell[id] = time.GetUtcNow();
            }

            throw new ProviderException($"static: {id} ({target.Text}) does not answer: {(e is SocketException ? e.Message : "nothing came within 10 seconds")}", e);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
