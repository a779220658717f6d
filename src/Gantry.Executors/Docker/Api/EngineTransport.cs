using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Gantry.Executors.Docker.Api;

/// <summary>
/// HTTP to one engine: connection reuse, API version, JSON, errors. Thread-safe; one per engine for the life of the process.
/// Calls have no time limit of their own, the token decides: a pull or a wait may take hours.
/// </summary>
internal sealed class EngineTransport : IDisposable
{
    // The newest version whose answers were read into these records; an older engine answers with its own.
    private static readonly EngineVersion Newest = new(1, 51);

    private readonly EngineDialer _dialer;
    private readonly HttpClient _http;
    private readonly AskedOnce<EngineVersion> _version;

    /// <param name="dialer">Opens connections.</param>
    /// <param name="version"><c>DOCKER_API_VERSION</c>; null to agree with the engine.</param>
    public EngineTransport(EngineDialer dialer, EngineVersion? version)
    {
        _dialer = dialer;
        _version = new AskedOnce<EngineVersion>(token => version is { } given ? Task.FromResult(given) : AgreeAsync(token));
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            ConnectCallback = async (_, token) => (await dialer.DialAsync(token)).Stream,
        })
        {
            BaseAddress = new Uri("http://engine"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public EngineEndpoint Endpoint => _dialer.Endpoint;

    /// <summary>The version both sides speak; asks the engine once.</summary>
    public ValueTask<EngineVersion> VersionAsync(CancellationToken cancellationToken) => _version.GetAsync(cancellationToken);

    /// <summary>Sends, checks the status, gives the answer with its body unread.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Without the version, such as <c>/containers/json?all=1</c>.</param>
    /// <param name="content">Null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EngineException">Refused or unreachable.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        await SendAsync(await RequestAsync(method, path, content, cancellationToken), cancellationToken);

    /// <summary>A request to which headers can be added before <see cref="SendAsync(HttpRequestMessage, CancellationToken)"/>.</summary>
    public async Task<HttpRequestMessage> RequestAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        new(method, $"/v{await VersionAsync(cancellationToken)}{path}") { Content = content };

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            using (request)
            {
                response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            }
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException as EngineException
                ?? EngineException.Unreachable($"error during connect to the Docker daemon at {Endpoint}: {e.InnerException?.Message ?? e.Message}", e);
        }

        if ((int)response.StatusCode is >= 200 and < 300 or 304)
        {
            return response;
        }

        using (response)
        {
            if ((int)response.StatusCode is >= 300 and < 400)
            {
                throw EngineException.Refused(response.StatusCode, "redirects disallowed");
            }

            var body = await ReadAllAsync(response, cancellationToken);
            throw EngineException.Refused(response.StatusCode, EngineError.TextOf(body, response.StatusCode));
        }
    }

    /// <summary>A call whose answer carries nothing of use.</summary>
    public async Task CallAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, null, cancellationToken);
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await ReadAsync(await SendAsync(HttpMethod.Get, path, null, cancellationToken), type, cancellationToken);

    public async Task<T> PostAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await ReadAsync(await SendAsync(HttpMethod.Post, path, Json(body, bodyType), cancellationToken), type, cancellationToken);

    /// <summary>Turns a request into a raw connection (attach, exec).</summary>
    public async Task<HijackedStream> HijackAsync(string path, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var target = $"/v{await VersionAsync(cancellationToken)}{path}";
        var connection = await _dialer.DialAsync(cancellationToken);
        try
        {
            return await HijackHandshake.OpenAsync(connection, target, json, cancellationToken);
        }
        catch (IOException e)
        {
            connection.Dispose();
            throw EngineException.Unreachable($"error during connect to the Docker daemon at {Endpoint}: {e.Message}", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads the whole answer; a connection that breaks in the middle is an <see cref="EngineException"/> as well.</summary>
    public async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using (response)
        {
            var body = await ReadAllAsync(response, cancellationToken);
            try
            {
                return JsonSerializer.Deserialize(body, type)
                    ?? throw EngineException.Unreachable($"the engine answered nothing to {response.RequestMessage?.RequestUri?.AbsolutePath}", null);
            }
            catch (JsonException e)
            {
                throw EngineException.Unreachable($"the engine's answer to {response.RequestMessage?.RequestUri?.AbsolutePath} cannot be read: {e.Message}", e);
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _version.Dispose();
    }

    private async Task<EngineVersion> AgreeAsync(CancellationToken cancellationToken)
    {
        using var ping = await SendAsync(new HttpRequestMessage(HttpMethod.Get, "/_ping"), cancellationToken);
        var theirs = ping.Headers.TryGetValues("Api-Version", out var values) ? EngineVersion.Parse(values.First()) : new EngineVersion(1, 24);
        return theirs < Newest ? theirs : Newest;
    }

    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(body, type))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
    };

    private async Task<byte[]> ReadAllAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw EngineException.Unreachable($"the Docker daemon at {Endpoint} broke off its answer: {e.Message}", e);
        }
    }
}
