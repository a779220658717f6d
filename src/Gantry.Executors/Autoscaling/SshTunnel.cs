using Gantry.Engine.Executors;
using Gantry.Executors.Ssh;

namespace Gantry.Executors.Autoscaling;

/// <summary>
/// The engine of an instance through <c>docker system dial-stdio</c> over ssh, a session for each connection. Servers allow few sessions
/// on a connection of ssh, so there may be more than one of those. Thread-safe.
/// </summary>
/// <param name="route">To the instance.</param>
/// <param name="command">Run there for each connection.</param>
/// <param name="folder">The job's, for what the engine sends faster than it is read.</param>
/// <param name="dial">Opens a connection to the instance.</param>
/// <param name="time">The clock.</param>
internal sealed class SshTunnel(InstanceRoute route, string command, string folder, Func<CancellationToken, Task<SshConnection>> dial, TimeProvider time) : IEngineTunnel, IDisposable
{
    /// <summary>OpenSSH allows ten, unless it is told otherwise.</summary>
    private const int Most = 8;

    private readonly Lock _gate = new();
    private readonly List<Trunk> _trunks = [];
    private bool _disposed;

    public string Name { get; } = $"ssh://{route.Ssh.User}@{KnownHosts.NameOf(route.Ssh.Host, route.Ssh.PortNumber ?? 0)} (instance {route.Id})";

    public async Task<TunnelLine> DialAsync(CancellationToken cancellationToken)
    {
        var trunk = Reuse() ?? await AddAsync(cancellationToken);
        try
        {
            var stream = await RemoteStream.OpenAsync(trunk.Connection, command, folder, () => Leave(trunk), time);
            return new TunnelLine(stream, stream.CloseWriteAsync);
        }
        catch (EnvironmentException e)
        {
            Leave(trunk);
            throw new IOException(e.Message, e);
        }
    }

    public void Dispose()
    {
        List<Trunk> trunks;
        lock (_gate)
        {
            _disposed = true;
            trunks = [.. _trunks];
            _trunks.Clear();
        }

        foreach (var trunk in trunks)
        {
            trunk.Connection.Dispose();
        }
    }

    /// <summary>The first connection, which the job was told of.</summary>
    public void Add(SshConnection connection)
    {
        lock (_gate)
        {
            _trunks.Add(new Trunk(connection));
        }
    }

    private Trunk? Reuse()
    {
        lock (_gate)
        {
            var trunk = _trunks.Find(one => one.Sessions < Most && !one.Connection.IsLost);
            if (trunk is not null)
            {
                trunk.Sessions++;
            }

            return trunk;
        }
    }

    private async Task<Trunk> AddAsync(CancellationToken cancellationToken)
    {
        SshConnection connection;
        try
        {
            connection = await dial(cancellationToken);
        }
        catch (EnvironmentException e)
        {
            throw new IOException(e.Message, e);
        }

        lock (_gate)
        {
            if (!_disposed)
            {
                var trunk = new Trunk(connection) { Sessions = 1 };
                _trunks.Add(trunk);
                return trunk;
            }
        }

        connection.Dispose();
        throw new IOException($"the connection to instance {route.Id} is over");
    }

    private void Leave(Trunk trunk)
    {
        lock (_gate)
        {
            trunk.Sessions--;
        }
    }

    private sealed class Trunk(SshConnection connection)
    {
        public SshConnection Connection => connection;

        public int Sessions { get; set; }
    }
}
