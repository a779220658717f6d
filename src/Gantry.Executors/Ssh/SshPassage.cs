using System.Globalization;
using Gantry.Engine.Executors;
using Renci.SshNet;
using Renci.SshNet.Common;

namespace Gantry.Executors.Ssh;

/// <summary>
/// A way through a server to an address that only the server can reach (<c>direct-tcpip</c> of RFC 4254). The library connects to ports
/// only, so there is one on the loopback address as long as the way is needed; connections of other processes are refused where the kernel
/// tells whose they are (Linux).
/// </summary>
internal sealed class SshPassage : IDisposable
{
    public const string Loopback = "127.0.0.1";

    private readonly SshConnection _server;

    private SshPassage(SshConnection server, int entrance) => (_server, Entrance) = (server, entrance);

    /// <summary>The port.</summary>
    public int Entrance { get; }

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
            forwarding.RequestReceived += (_, asked) => Judge(asked, forwarding);
            server.Client.AddForwardedPort(forwarding);
            forwarding.Start();
            return new SshPassage(server, (int)forwarding.BoundPort);
        }
        catch (Exception e) when (SshConnection.IsBreak(e))
        {
            server.Dispose();
            throw server.Broken(e);
        }
    }

    public void Dispose() => _server.Dispose();

    /// <summary>What is thrown here makes the library close the connection before a byte goes through.</summary>
    private static void Judge(PortForwardEventArgs asked, ForwardedPortLocal forwarding)
    {
        if (!OwnConnections.Has((int)asked.OriginatorPort, (int)forwarding.BoundPort))
        {
            throw new SshConnectionException(string.Create(
                CultureInfo.InvariantCulture, $"the connection from port {asked.OriginatorPort} to port {forwarding.BoundPort} is another program's"));
        }
    }
}
