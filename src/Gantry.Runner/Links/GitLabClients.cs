using System.Collections.Concurrent;
using Gantry.Engine.Plans;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Links;

/// <summary>
/// The clients of a process, one per endpoint, so that all users of a runner token share its connections and its
/// <c>last_update</c>. Thread-safe. Disposing it closes all connections.
/// </summary>
public sealed class GitLabClients : IDisposable
{
    private readonly ConcurrentDictionary<GitLabEndpoint, GitLabClient> _clients = new();
    private readonly ProductVersion _product;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public GitLabClients(ProductVersion product, TimeProvider time, ILogger<GitLabClient> logger)
        : this(product, time, NoApiMeterSource.Instance, logger)
    {
    }

    internal GitLabClients(ProductVersion product, TimeProvider time, IApiMeterSource meters, ILogger logger)
    {
        _product = product;
        _time = time;
        Meters = meters;
        _logger = logger;
    }

    /// <summary>Of clients made from now on.</summary>
    internal IApiMeterSource Meters { get; set; }

    public GitLabClient For(GitLabEndpoint endpoint) => _clients.GetOrAdd(
        endpoint,
        static (key, self) => new GitLabClient(key, self._product, self._time, self.Meters.For(ShortToken.Of(key.Token.Reveal())), self._logger),
        this);

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        _clients.Clear();
    }
}
