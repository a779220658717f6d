using System.Globalization;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Engine;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>
/// HTTP and WebSockets to one cluster's API, as one user. Calls that fail for a reason that passes are tried again. Thread-safe.
/// </summary>
internal sealed class ClusterClient : IDisposable
{
    /// <summary>For calls whose answer is short.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PingPause = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan PingLimit = TimeSpan.FromMinutes(1);

    private readonly HttpMessageInvoker _sockets;
    private readonly HttpClient _http;
    private readonly RetryRules _retries;
    private readonly TimeProvider _time;
    private readonly string _agent;

    /// <param name="address">Whom to ask, and as whom.</param>
    /// <param name="retries">See there.</param>
    /// <param name="agent">What the runner calls itself: <c>name version</c>.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Gantry.Engine.Executors.EnvironmentException">A certificate cannot be read.</exception>
    public ClusterClient(ClusterAddress address, RetryRules retries, string agent, TimeProvider time)
    {
        (Address, _retries, _agent, _time) = (address, retries, agent, time);
        var handler = ClusterHandler.Open(address);
        _sockets = new HttpMessageInvoker(handler, disposeHandler: false);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public ClusterAddress Address { get; }

    /// <summary>The same cluster, as somebody else.</summary>
    public ClusterClient As(Secret token) => new(Address with { Token = token, TokenFile = "", Certificate = "", Login = null }, _retries, _agent, _time);

    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken) => CallAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellationToken) => CallAsync(HttpMethod.Post, path, body, cancellationToken);

    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public Task<JsonObject> PutAsync(string path, JsonObject body, CancellationToken cancellationToken) => CallAsync(HttpMethod.Put, path, body, cancellationToken);

    /// <summary>Has something removed, and what belongs to it after it.</summary>
    /// <param name="path">Of the thing.</param>
    /// <param name="gracePeriodSeconds">For its processes; null for its own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClusterException">Refused or unreachable; what is not there is no error.</exception>
    public async Task DeleteAsync(string path, long? gracePeriodSeconds, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["propagationPolicy"] = "Background" }
            .Put("gracePeriodSeconds", gracePeriodSeconds);
        try
        {
            await CallAsync(HttpMethod.Delete, path, options, cancellationToken);
        }
        catch (ClusterException e) when (e.IsNotFound)
        {
            // Somebody was quicker.
        }
    }

    /// <summary>The same for one thing, and not for another that has got its name since.</summary>
    /// <param name="path">Of the thing.</param>
    /// <param name="uid">Its own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ClusterException">Refused or unreachable; what is not there any more is no error.</exception>
    public async Task DeleteThisAsync(string path, string uid, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1", ["propagationPolicy"] = "Background", ["preconditions"] = new JsonObject { ["uid"] = uid } };
        try
        {
            await CallAsync(HttpMethod.Delete, path, options, cancellationToken);
        }
        catch (ClusterException e) when (e.IsNotFound || e.IsConflict)
        {
            // It is gone.
        }
    }

    /// <summary>An answer that is read while it comes: a log.</summary>
    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public async Task<Stream> StreamAsync(string path, CancellationToken cancellationToken)
    {
        var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>A WebSocket whose other end is a process in a pod.</summary>
    /// <exception cref="ClusterException">Refused or unreachable.</exception>
    public async Task<WebSocket> ConnectAsync(string path, string protocol, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ConnectOnceAsync(path, protocol, cancellationToken);
            }
            catch (ClusterException e) when (attempt < _retries.TriesFor(e.Message, e.IsTransient))
            {
                await Task.Delay(_retries.WaitAfter(attempt), _time, cancellationToken);
            }
        }
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _http.Dispose();
    }

    private async Task<WebSocket> ConnectOnceAsync(string path, string protocol, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.KeepAliveInterval = PingPause;
        socket.Options.KeepAliveTimeout = PingLimit;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("User-Agent", _agent);
        var uri = new UriBuilder(UriOf(path)) { Scheme = Address.Server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri;
        using var limit = new CancellationTokenSource(AnswerLimit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (await AuthorizationAsync(cancellationToken) is { } authorization)
            {
                socket.Options.SetRequestHeader("Authorization", authorization.ToString());
            }

            await socket.ConnectAsync(uri, _sockets, both.Token);
            return socket;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var status = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw status is 0 or 101
                ? ClusterException.Unreachable($"{Address.Server.Authority} cannot be reached with {protocol}, which Kubernetes 1.30 and newer speak", e)
                : ClusterException.Refused(status, "", await WhyAsync(path, status, cancellationToken));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The answer to a handshake has no body; the same call without one has.</summary>
    private async Task<string> WhyAsync(string path, int status, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var answer = await SendAsync(HttpMethod.Get, path, null, both.Token);
        }
        catch (ClusterException e) when (e.Status is not (0 or 400))
        {
            return e.Message;
        }
        catch (Exception e) when (e is ClusterException or HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Then the number has to do.
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Address.Server.Authority} answered {status} to {path.Split('?')[0]}");
    }

    private async Task<JsonObject> CallAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CallOnceAsync(method, path, body, cancellationToken);
            }
            catch (ClusterException e) when (attempt < _retries.TriesFor(e.Message, e.IsTransient))
            {
                await Task.Delay(_retries.WaitAfter(attempt), _time, cancellationToken);
            }
        }
    }

    private async Task<JsonObject> CallOnceAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var response = await SendAsync(method, path, body, both.Token);
            return Parse(await response.Content.ReadAsByteArrayAsync(both.Token))
                ?? throw ClusterException.Broken($"{Address.Server.Authority} answered something else than an object to {method} {path.Split('?')[0]}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw ClusterException.Unreachable($"{Address.Server.Authority} did not answer {method} {path.Split('?')[0]}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, UriOf(path));
        request.Headers.TryAddWithoutValidation("User-Agent", _agent);
        request.Headers.Authorization = await AuthorizationAsync(cancellationToken);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw ClusterException.Unreachable($"the API of the cluster at {Address}", e);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var status = Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            var said = status.Text("message") is { Length: > 0 } message ? message
                : string.Create(CultureInfo.InvariantCulture, $"{Address.Server.Authority} answered {(int)response.StatusCode} to {method} {path.Split('?')[0]}");
            throw ClusterException.Refused((int)response.StatusCode, status.Text("reason"), said);
        }
    }

    private async ValueTask<AuthenticationHeaderValue?> AuthorizationAsync(CancellationToken cancellationToken)
    {
        if (!Address.Token.IsEmpty)
        {
            return new AuthenticationHeaderValue("Bearer", Address.Token.Reveal());
        }

        if (Address.TokenFile.Length > 0)
        {
            try
            {
                // The kubelet replaces it long before it ends.
                return new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Address.TokenFile, cancellationToken)).Trim());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ClusterException.Unreachable($"the token of {Address.Source} cannot be read", e);
            }
        }

        return Address.Login is { } login
            ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password.Reveal()}")))
            : null;
    }

    private Uri UriOf(string path) => new($"{Address.Server.AbsoluteUri.TrimEnd('/')}{path}");

    private static JsonObject? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
