using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Gantry.ServerLoad;

/// <summary>A <c>gantry server</c> of its own, and what load is made of.</summary>
internal sealed class LoadedServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private LoadedServer(Process process, string folder, Uri address, string token)
    {
        (_process, _folder) = (process, folder);
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 4096, PooledConnectionLifetime = Timeout.InfiniteTimeSpan };
        Http = new HttpClient(handler) { BaseAddress = new Uri(address, "/api/v4/"), Timeout = TimeSpan.FromMinutes(5) };
        Http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token);
        Plain = new HttpClient(handler, disposeHandler: false) { BaseAddress = Http.BaseAddress, Timeout = Http.Timeout };
    }

    public HttpClient Http { get; }

    /// <summary>Without a person's token, as runners call.</summary>
    public HttpClient Plain { get; }

    public static async Task<LoadedServer> StartAsync(string binary)
    {
        var folder = Directory.CreateTempSubdirectory("gantry-load-").FullName;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        probe.Stop();
        var process = Process.Start(new ProcessStartInfo(binary, ["server", "--listen", address.Authority, "--data", Path.Combine(folder, "data")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = address };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync("/-/health");
                break;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(20);
            }
        }

        var token = (await File.ReadAllTextAsync(Path.Combine(folder, "data", "root_token"))).Trim();
        return new LoadedServer(process, folder, address, token);
    }

    /// <summary>Mebibytes in memory.</summary>
    public double Resident()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Http.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Plain.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
