using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Gantry.Engine;

namespace Gantry.Demo;

/// <summary>The few REST calls of GitLab's API v4 that show a pipeline. One per server; dispose it.</summary>
internal sealed class ServerClient : IDisposable
{
    private readonly HttpClient _http;

    public ServerClient(Uri address, Secret token)
    {
        _http = new HttpClient { BaseAddress = new Uri(address, "/api/v4/"), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token.Reveal());
    }

    /// <summary>The body of a GET; null for 404.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached or refused.</exception>
    public async Task<JsonElement?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(path, cancellationToken);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound ? null : await ReadAsync(response, cancellationToken);
    }

    /// <summary>The body of a form POST.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached or refused; the message holds its answer.</exception>
    public async Task<JsonElement> PostAsync(
        string path, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        using var content = new FormUrlEncodedContent(form);
        using var response = await _http.PostAsync(path, content, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    /// <summary>Bytes of a job's log from an offset on; empty when there are none yet.</summary>
    public async Task<byte[]> ReadTraceAsync(long project, long job, long offset, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"projects/{project}/jobs/{job}/trace");
        request.Headers.Range = new RangeHeaderValue(offset, null);
        using var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode is System.Net.HttpStatusCode.RequestedRangeNotSatisfiable or System.Net.HttpStatusCode.NotFound)
        {
            return [];
        }

        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.StatusCode == System.Net.HttpStatusCode.PartialContent ? body : body[(int)Math.Min(offset, body.Length)..];
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.AbsolutePath}: {(int)response.StatusCode} {text}",
                null, response.StatusCode);
        }

        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
        return document.RootElement.Clone();
    }
}
