using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Gantry.Executors.Docker.Api;

/// <summary>
/// One Docker Engine (or Podman's socket). Thread-safe; keep one per engine, it holds the connections and what was agreed.
/// </summary>
internal sealed class EngineClient : IDisposable
{
    private readonly EngineTransport _transport;
    private readonly AskedOnce<EngineFacts> _facts;

    public EngineClient(EngineDialer dialer, EngineVersion? version)
    {
        _transport = new EngineTransport(dialer, version);
        // The engine starts programs for its answer.
        _facts = new AskedOnce<EngineFacts>(token => _transport.GetAsync("/info", EngineJson.Default.EngineFacts, token));
        Containers = new EngineContainers(_transport);
        Images = new EngineImages(_transport);
        Volumes = new EngineVolumes(_transport);
        Networks = new EngineNetworks(_transport);
    }

    public EngineContainers Containers { get; }

    public EngineImages Images { get; }

    public EngineVolumes Volumes { get; }

    public EngineNetworks Networks { get; }

    public EngineEndpoint Endpoint => _transport.Endpoint;

    public ValueTask<EngineVersion> VersionAsync(CancellationToken cancellationToken) => _transport.VersionAsync(cancellationToken);

    /// <summary>What the engine says about itself. Asked once: it does not change while it runs.</summary>
    public ValueTask<EngineFacts> FactsAsync(CancellationToken cancellationToken) => _facts.GetAsync(cancellationToken);

    /// <summary>What takes up space there. The engine measures it now, which may take seconds.</summary>
    public Task<DiskUsage> DiskUsageAsync(CancellationToken cancellationToken) =>
        _transport.GetAsync("/system/df", EngineJson.Default.DiskUsage, cancellationToken);

    /// <summary>Events from now on, until the token fires.</summary>
    public async IAsyncEnumerable<EngineEvent> EventsAsync(IReadOnlyList<string> labels, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _transport.SendAsync(
            HttpMethod.Get, "/events" + Query.Of(("filters", Query.Labels(labels))), null, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var each in JsonSerializer.DeserializeAsyncEnumerable(body, EngineJson.Default.EngineEvent, topLevelValues: true, cancellationToken))
        {
            if (each is not null)
            {
                yield return each;
            }
        }
    }

    public void Dispose()
    {
        _transport.Dispose();
        _facts.Dispose();
    }
}
