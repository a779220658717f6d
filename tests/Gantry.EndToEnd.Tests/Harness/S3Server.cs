using System.Net;
using System.Net.Sockets;

namespace Gantry.EndToEnd.Tests.Harness;

/// <summary>s3rver (installed by eng/prepare/s3) with one bucket. Its only account is <c>S3RVER</c>, also by its secret.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Account = "S3RVER";
    public const string Bucket = "caches";
    private readonly RunningProcess _process;

    private S3Server(RunningProcess process, string folder, string authority)
    {
        _process = process;
        Folder = folder;
        Authority = authority;
    }

    /// <summary>Holds a folder per bucket.</summary>
    public string Folder { get; }

    /// <summary><c>host:port</c>.</summary>
    public string Authority { get; }

    public string Output => _process.Output;

    public static async Task<S3Server> StartAsync(ScratchFolder scratch)
    {
        var program = Path.Combine(GantryBinary.Root, "artifacts/s3rver/node_modules/s3rver/bin/s3rver.js");
        Assert.True(File.Exists(program), $"{program} does not exist; run eng/prepare/s3");
        var folder = scratch.Sub("s3");
        var port = FreePort();
        var process = RunningProcess.Start(
            "node", [program, "--directory", folder, "--address", "127.0.0.1", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--configure-bucket", Bucket]);
        var server = new S3Server(process, folder, $"127.0.0.1:{port}");
        using var http = new HttpClient();
        await Eventually.IsAsync(
            async () =>
            {
                try
                {
                    using var answer = await http.GetAsync($"http://{server.Authority}/{Bucket}", TestContext.Current.CancellationToken);
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            $"s3rver to answer; its output:\n{process.Output}");
        return server;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
