using System.Globalization;
using Gantry.Engine.Executors;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace Gantry.Executors.Ssh;

/// <summary>
/// A way through a server to an address that only the server can reach (<c>direct-tcpip</c> of RFC 4254). The library connects to ports
/// only, so there is one on the loopback address as long as the way is needed. Nobody is let in but while this process makes a connection,
/// and then no other process where the kernel tells whose connections are (Linux). Thread-safe.
/// </summary>
internal sealed class SshPassage : IEntrance, IDisposable
{
    public const string Loopback = "127.0.0.1";

    /// <summary>The table of connections is read for so many per call; a flood of others makes the call fail, not the runner slow.</summary>
    internal const int LooksPerCall = 16;

    private readonly SshConnection _server;
    private readonly ForwardedPortLocal _forwarding;
    private readonly OwnConnections _own = new(OwnConnections.Kernel);

    private int _calls;
    private int _looks;
    private int _arrivals;

    private SshPassage(SshConnection server, ForwardedPortLocal forwarding) => (_server, _forwarding) = (server, forwarding);

    public int Port => (int)_forwarding.BoundPort;

    // The library says that the port is not started any more before it closes it.
    public string? Loss => _forwarding.IsStarted && !_server.IsLost
        ? null
        : $"the way to {_forwarding.Host} is lost: {_server.Broken(new SshConnectionException("it was closed")).Message}";

    /// <param name="through">The server.</param>
    /// <param name="host">As the server knows it. Whether anybody answers there is found out by connecting to the entrance.</param>
    /// <param name="port">There.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EnvironmentException">The server cannot be got into.</exception>
    public static async Task<SshPassage> OpenAsync(SshSettings through, string host, int port, CancellationToken cancellationToken)
    {
        var server = await SshConnection.OpenAsync(through, cancellationToken);
        try
        {
            var forwarding = new ForwardedPortLocal(Loopback, 0, host, (uint)port);
            var passage = new SshPassage(server, forwarding);
            forwarding.RequestReceived += (_, asked) => passage.Judge((int)asked.OriginatorPort);
            server.Client.AddForwardedPort(forwarding);
            forwarding.Start();
            return passage;
        }
        catch (Exception e) when (SshConnection.IsBreak(e))
        {
            server.Dispose();
            throw server.Broken(e);
        }
    }

    public IEntranceCall Begin()
    {
        if (Loss is { } loss)
        {
            throw EnvironmentException.Broken(loss);
        }

        var call = new Call(this, Volatile.Read(ref _arrivals));
        Volatile.Write(ref _looks, LooksPerCall);
        Interlocked.Increment(ref _calls);
        return call;
    }

    public void Dispose() => _server.Dispose();

    /// <summary>What is thrown here makes the library close the connection before a byte goes through.</summary>
    private void Judge(int from)
    {
        if (Volatile.Read(ref _calls) == 0 || Interlocked.Decrement(ref _looks) < 0 || !_own.Has(from, Port))
        {
            throw new SshConnectionException(string.Create(CultureInfo.InvariantCulture, $"the connection from port {from} to port {Port} is another program's"));
        }

        Interlocked.Increment(ref _arrivals);
    }

    private sealed class Call(SshPassage passage, int before) : IEntranceCall
    {
        private int _ended;

        public bool Arrived => Volatile.Read(ref passage._arrivals) != before;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                Interlocked.Decrement(ref passage._calls);
            }
        }
    }
}
