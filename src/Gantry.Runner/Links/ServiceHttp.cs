using System.Net;
using System.Security.Authentication;
using System.Text;

namespace Gantry.Runner.Links;

/// <summary>
/// HTTP with services beside GitLab: object stores, cloud identities, stores of secrets. Proxies come from the environment,
/// but never for <see cref="ServiceCall.Local"/> ones. No cookies, no redirects: a redirect would carry credentials elsewhere.
/// Thread-safe; one per process.
/// </summary>
public sealed class ServiceHttp(TimeProvider time) : IDisposable
{
    private const int BodyLimit = 8 * 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly HttpMessageInvoker _outside = new(Handler(proxy: true), disposeHandler: true);
    private readonly HttpMessageInvoker _local = new(Handler(proxy: false), disposeHandler: true);

    /// <summary>Opens an answer whose body the caller reads; the time limit is for its headers. The caller disposes it.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, TimeSpan headersWithin, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(headersWithin, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await _outside.SendAsync(request, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServiceException($"{Name(request)}: no answer within {headersWithin.TotalSeconds:0} s");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ServiceException($"{Name(request)}: {Innermost(broken)}");
        }
    }

    /// <summary>One call with a small answer; lost connections and answers of 500 and above are tried again.</summary>
    /// <exception cref="ServiceException">No answer.</exception>
    public async Task<ServiceAnswer> CallAsync(ServiceCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await OnceAsync(call, cancellationToken);
                if (answer.Status < 500 || attempt >= call.Tries)
                {
                    return answer;
                }
            }
            catch (ServiceException) when (attempt < call.Tries)
            {
                // Tried again below.
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public void Dispose()
    {
        _outside.Dispose();
        _local.Dispose();
    }

    /// <summary>For messages: no query, no user.</summary>
    public static string Name(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private async Task<ServiceAnswer> OnceAsync(ServiceCall call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(call.Within, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = call.ToRequest();
        try
        {
            using var answer = await (call.Local ? _local : _outside).SendAsync(request, both.Token);
            return new ServiceAnswer((int)answer.StatusCode, await ReadAsync(answer, both.Token), answer.Headers.Concat(answer.Content.Headers).ToDictionary(
                h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServiceException($"{Name(request)}: no answer within {call.Within.TotalSeconds:0} s");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ServiceException($"{Name(request)}: {Innermost(broken)}");
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[16 * 1024];
        var length = 0;
        while (await body.ReadAsync(bytes.AsMemory(length), cancellationToken) is > 0 and var count)
        {
            length += count;
            if (length == bytes.Length)
            {
                if (length >= BodyLimit)
                {
                    throw new IOException($"the answer is larger than {BodyLimit} bytes");
                }

                Array.Resize(ref bytes, length * 2);
            }
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static string Name(HttpRequestMessage request) => $"{request.Method} {Name(request.RequestUri!)}";

    private static string Innermost(Exception broken)
    {
        while (broken.InnerException is { } inner)
        {
            broken = inner;
        }

        return broken.Message;
    }

    private static SocketsHttpHandler Handler(bool proxy) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = proxy,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(proxy ? 20 : 3),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
    };
}

/// <summary>A call with a small body.</summary>
public sealed record ServiceCall(HttpMethod Method, Uri Address)
{
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
    public string? Body { get; init; }

    /// <summary>Of the body.</summary>
    public string ContentType { get; init; } = "application/json";

    public TimeSpan Within { get; init; } = TimeSpan.FromSeconds(30);
    public int Tries { get; init; } = 3;

    /// <summary>A metadata service of the machine itself: reached without a proxy.</summary>
    public bool Local { get; init; }

    internal HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(Method, Address);
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }

        foreach (var (name, value) in Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}

/// <summary>What came back; any status.</summary>
public sealed record ServiceAnswer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>A service could not be reached. The message names it without its query.</summary>
public sealed class ServiceException(string message) : Exception(message);
