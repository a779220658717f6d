using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Gantry.Engine;

namespace Gantry.Includes;

/// <summary>
/// Reads addresses for includes and keeps what it read, so that a run without a network still has its configuration. One
/// token, shown to one server only. Thread-safe.
/// </summary>
/// <param name="cacheFolder">Of this user; 0700.</param>
/// <param name="server">Whose token it is, without a trailing slash.</param>
/// <param name="token">A personal access token; null for none.</param>
internal sealed class IncludeClient(string cacheFolder, string server, string? token) : IDisposable
{
    private const long LargestFile = 4 * 1024 * 1024;

    private readonly HttpClient _http = Open(redirects: true);

    // A token must not follow a redirect to somewhere else.
    private readonly HttpClient _private = Open(redirects: false);

    /// <summary>The text at an address; what was read earlier when the network or the server fails now.</summary>
    public async Task<IncludeAnswer> GetAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return new IncludeAnswer(null, "the address is not a valid http or https one");
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var isPrivate = token is not null && url.StartsWith(server + "/", StringComparison.Ordinal);
            if (isPrivate)
            {
                request.Headers.TryAddWithoutValidation("PRIVATE-TOKEN", token);
            }

            using var response = await (isPrivate ? _private : _http).SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                await KeepAsync(url, text, cancellationToken);
                return new IncludeAnswer(text, "");
            }

            // The server knows better than what we have kept.
            return response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? new IncludeAnswer(null, $"HTTP code `{(int)response.StatusCode}` error!")
                : Kept(url, $"HTTP code `{(int)response.StatusCode}` error!");
        }
        catch (HttpRequestException error)
        {
            return Kept(url, $"network error: {error.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Kept(url, "timeout error!");
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _private.Dispose();
    }

    private static HttpClient Open(bool redirects) => new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), AllowAutoRedirect = redirects })
    {
        Timeout = TimeSpan.FromSeconds(30),
        MaxResponseContentBufferSize = LargestFile,
    };

    private IncludeAnswer Kept(string url, string problem) =>
        File.Exists(PathOf(url)) ? new IncludeAnswer(File.ReadAllText(PathOf(url)), "") : new IncludeAnswer(null, problem);

    private async Task KeepAsync(string url, string text, CancellationToken cancellationToken)
    {
        PrivateFolder.Create(cacheFolder);

        var fresh = $"{PathOf(url)}.{Guid.NewGuid():n}";
        await File.WriteAllTextAsync(fresh, text, cancellationToken);
        File.Move(fresh, PathOf(url), overwrite: true);
    }

    private string PathOf(string url) => Path.Combine(cacheFolder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url))));
}

/// <summary>What came of an address.</summary>
/// <param name="Text">Null when there is none.</param>
/// <param name="Problem">Why, as GitLab would say it.</param>
internal sealed record IncludeAnswer(string? Text, string Problem)
{
    /// <summary>As JSON; null when it is none, such as the page of a login.</summary>
    public JsonDocument? Json()
    {
        try
        {
            return Text is null ? null : JsonDocument.Parse(Text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
