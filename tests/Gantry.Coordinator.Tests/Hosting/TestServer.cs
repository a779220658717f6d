using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>A coordinator on a free loopback port, with its owner's token.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private TestServer(CoordinatorHost host, string token)
    {
        Host = host;
        RootToken = token;
        Http = new HttpClient { BaseAddress = new Uri(host.Url + "/api/v4/"), Timeout = TimeSpan.FromSeconds(60) };
        Http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token);
        Anonymous = new HttpClient { BaseAddress = Http.BaseAddress, Timeout = Http.Timeout };
    }

    public CoordinatorHost Host { get; }

    public string RootToken { get; }

    /// <summary>Signed in as the owner.</summary>
    public HttpClient Http { get; }

    public HttpClient Anonymous { get; }

    public static async Task<TestServer> StartAsync(TemporaryFolder folder, Func<CoordinatorSettings, CoordinatorSettings>? change = null)
    {
        var settings = new CoordinatorSettings { DataDirectory = folder.At("data"), ListenUrl = "http://127.0.0.1:0" };
        var host = CoordinatorHost.Build(change?.Invoke(settings) ?? settings, NullLoggerFactory.Instance);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var token = await File.ReadAllTextAsync(host.RootTokenFile, TestContext.Current.CancellationToken);
        return new TestServer(host, token.Trim());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Anonymous.Dispose();
        await Host.StopAsync(CancellationToken.None);
        await Host.DisposeAsync();
    }

    /// <summary>As the owner; fails the test when the answer is not a success.</summary>
    public async Task<JsonElement> JsonAsync(HttpMethod method, string path, string? body = null)
    {
        using var answer = await SendAsync(Http, method, path, body);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    public Task<JsonElement> GetAsync(string path) => JsonAsync(HttpMethod.Get, path);

    public Task<JsonElement> PostAsync(string path, string body) => JsonAsync(HttpMethod.Post, path, body);

    public static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<long> CreateProjectAsync(string path = "demo/hello") =>
        (await PostAsync("projects", $$"""{"path":"{{path.Split('/')[^1]}}","namespace_path":"{{path[..path.LastIndexOf('/')]}}"}""")).GetProperty("id").GetInt64();

    public string CloneUrl(string path = "demo/hello") => Host.Url.Replace("://", $"://root:{RootToken}@", StringComparison.Ordinal) + $"/{path}.git";
}
