using System.Net;
using Gantry.Engine.Plans;
using Gantry.Protocol;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Links;

/// <summary>
/// Sends calls and says what came of them: headers, retries, redirects, decoding rules (official-job-protocol
/// §1.2–§1.4). Never throws for what a server or the network does. Thread-safe.
/// </summary>
internal sealed class GitLabConnection : IDisposable
{
    private const int MaxRedirects = 10;
    private static readonly TimeSpan WholeCall = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan UntilHeaders = TimeSpan.FromMinutes(10);

    private readonly GitLabTransport _transport;
    private readonly TimeProvider _time;
    private readonly Uri? _api;
    private readonly string _problem;
    private readonly string _userAgent;
    private readonly IApiMeter _meter;

    public GitLabConnection(GitLabEndpoint endpoint, ProductVersion product, TimeProvider time, IApiMeter meter, ILogger logger)
    {
        _transport = new GitLabTransport(endpoint, logger);
        _time = time;
        _meter = meter;
        GitLabAddress.TryApi(endpoint.Url, out _api, out _problem);
        _userAgent = $"{product.Name} {product.Version} ({product.Revision}; dotnet; {product.Platform}/{product.Architecture})";
    }

    public async Task<GitLabAnswer> SendAsync(GitLabCall call, CancellationToken cancellationToken)
    {
        var requestId = Guid.NewGuid().ToString("N");
        if (_api is null)
        {
            return new GitLabAnswer
            {
                Status = GitLabAnswer.NoClient,
                StatusText = $"get client: new client: {_problem}",
                CorrelationId = requestId,
            };
        }

        var started = _time.GetTimestamp();
        var answer = await AttemptAsync(call, new Uri(_api, call.Path), requestId, cancellationToken);
        if (call.Endpoint.Length > 0)
        {
            _meter.Called(call.Endpoint, call.Method.Method, answer.Status, _time.GetElapsedTime(started));
        }

        return answer;
    }

    public void Dispose() => _transport.Dispose();

    private async Task<GitLabAnswer> AttemptAsync(GitLabCall call, Uri target, string requestId, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(WholeCall, _time);
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var (response, retried) = await SendWithRetriesAsync(call, target, requestId, whole.Token);
            using (response)
            {
                return await AnswerReading.ReadAsync(call, target, response, requestId, retried, whole.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unanswered(call, target, requestId, "no answer in time");
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            return Unanswered(call, target, requestId, problem.Message);
        }
    }

    private static GitLabAnswer Unanswered(GitLabCall call, Uri target, string requestId, string why) => new()
    {
        Status = GitLabAnswer.NoAnswer,
        StatusText = $"couldn't execute {call.Method} against {GitLabAddress.Clean(target)}: {why}",
        CorrelationId = requestId,
    };

    private async Task<(HttpResponseMessage Response, bool Retried)> SendWithRetriesAsync(
        GitLabCall call, Uri target, string requestId, CancellationToken cancellationToken)
    {
        var retried = false;
        for (var attempt = 0; ; attempt++)
        {
            var response = await SendFollowingAsync(call, target, requestId, cancellationToken);
            var retriable = call.Retries && RetryRules.IsRetriable((int)response.StatusCode);
            retried |= retriable;
            if (!retriable || attempt == RetryRules.MaxAttempts - 1)
            {
                return (response, retried);
            }

            var wait = RetryRules.WaitAfter(
                First(response, "RateLimit-ResetTime"), First(response, "Retry-After"), attempt, _time.GetUtcNow(), Jitter());
            response.Dispose();
            _meter.Retried(target.AbsolutePath, call.Method.Method);
            await Task.Delay(wait, _time, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendFollowingAsync(
        GitLabCall call, Uri target, string requestId, CancellationToken cancellationToken)
    {
        var method = call.Method;
        var body = call.Body;
        for (var hop = 0; ; hop++)
        {
            using var request = Build(call, method, target, body, requestId);
            var response = await SendOnceAsync(request, cancellationToken);
            if (!call.FollowsRedirects || RedirectTarget(response, target) is not { } next || hop == MaxRedirects)
            {
                return response;
            }

            // As browsers and Go do: only 307 and 308 repeat the method and the body.
            if (response.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                && method != HttpMethod.Get)
            {
                method = HttpMethod.Get;
                body = null;
            }

            response.Dispose();
            target = next;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The body's own time does not count: the limit begins anew whenever a piece of it went out.
        using var limit = new CancellationTokenSource(UntilHeaders, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (request.Content is StreamedContent streamed)
        {
            streamed.Progress = () => limit.CancelAfter(UntilHeaders);
        }

        return await _transport.Rent().SendAsync(request, both.Token);
    }

    private HttpRequestMessage Build(GitLabCall call, HttpMethod method, Uri target, Func<HttpContent>? body, string requestId)
    {
        var request = new HttpRequestMessage(method, target)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body?.Invoke(),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        request.Headers.TryAddWithoutValidation(ProtocolHeaders.RequestId, requestId);
        if (call.JsonStatus is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", "application/json");
        }

        if (call.TokenHeader is { } header && !call.Token.IsEmpty)
        {
            request.Headers.TryAddWithoutValidation(header, call.Token.Reveal());
        }

        return request;
    }

    private static Uri? RedirectTarget(HttpResponseMessage response, Uri from)
    {
        var redirects = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;
        if (!redirects || response.Headers.Location is not { } location)
        {
            return null;
        }

        var target = new Uri(from, location);
        return target.Scheme is "http" or "https" ? target : null;
    }

    private static string? First(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

#pragma warning disable CA5394 // Spreads waiting times; nothing secret depends on it.
    private static double Jitter() => Random.Shared.NextDouble();
#pragma warning restore CA5394
}
