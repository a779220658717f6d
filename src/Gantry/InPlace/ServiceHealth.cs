using System.Globalization;
using System.Net.Sockets;

namespace Gantry.InPlace;

/// <summary>Waits until a service answers on all of its ports. The caller sets the limit.</summary>
internal sealed class ServiceHealth(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>From the variables of container links: the first <c>*_TCP_ADDR</c>, and every <c>*_TCP_PORT</c> beside it.</summary>
    public static (string Address, List<int> Ports) FromEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        var (address, ports) = ("", new List<int>());
        foreach (var (name, value) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            const string Suffix = "_TCP_ADDR";
            if (!name.EndsWith(Suffix, StringComparison.Ordinal)
                || !int.TryParse(environment.GetValueOrDefault(name[..^Suffix.Length] + "_TCP_PORT"), CultureInfo.InvariantCulture, out var port))
            {
                continue;
            }

            address = address.Length == 0 ? value : address;
            ports.Add(port);
        }

        return (address, ports);
    }

    public async Task WaitAsync(string address, IReadOnlyList<int> ports, CancellationToken cancellationToken)
    {
        output.WriteLine($"waiting for TCP connection to {address} on [{string.Join(' ', ports)}]...");
        await Task.WhenAll(ports.Select(port => WaitAsync(address, port, cancellationToken)));
    }

    private async Task WaitAsync(string address, int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            output.WriteLine($"dialing {address}:{port}...");
            using var client = new TcpClient();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Pause);
            try
            {
                await client.ConnectAsync(address, port, limit.Token);
                output.WriteLine($"dial succeeded on {address}:{port}. Exiting...");
                return;
            }
            catch (Exception closed) when (closed is SocketException || (closed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
