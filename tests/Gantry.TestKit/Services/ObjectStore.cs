using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.TestKit.Services;

/// <summary>
/// An S3 store that believes nothing: it computes the signature of every presigned request anew, the way AWS documents it, and
/// refuses what is expired, unsigned or signed for another method, header or object.
/// </summary>
public sealed class ObjectStore : IAsyncDisposable
{
    public const string AccessKey = "AKIDEXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, StoredObject> _objects = new();
    private readonly ConcurrentQueue<ServiceReply> _faults = new();
    private LocalService _service = null!;

    private ObjectStore(TimeProvider time) => _time = time;

    /// <summary><c>host:port</c>.</summary>
    public string Authority => _service.Authority;

    /// <summary>By <c>bucket/name</c>.</summary>
    public ConcurrentDictionary<string, StoredObject> Objects => _objects;

    public IReadOnlyList<ServiceRequest> Requests => _service.Requests;

    /// <summary>Secret keys and session tokens by access key.</summary>
    public ConcurrentDictionary<string, (string Secret, string Token)> Accounts { get; } = new() { [AccessKey] = (SecretKey, "") };

    public static async Task<ObjectStore> StartAsync(TimeProvider time)
    {
        var store = new ObjectStore(time);
        store._service = await LocalService.StartAsync(store.Answer);
        return store;
    }

    /// <summary>The next signed request is answered so.</summary>
    public void Break(ServiceReply reply, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _faults.Enqueue(reply);
        }
    }

    /// <summary>The next download breaks off after so many bytes.</summary>
    public int? CutNextAfter { get; set; }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private ServiceReply Answer(ServiceRequest request)
    {
        if (Problem(request) is { } problem)
        {
            return new ServiceReply(403, $"<Error><Code>{problem}</Code><Message>refused &amp; explained</Message></Error>");
        }

        if (_faults.TryDequeue(out var fault))
        {
            return fault;
        }

        var name = Uri.UnescapeDataString(request.Path.TrimStart('/'));
        if (request.Method == "PUT")
        {
            var metadata = request.Headers.Where(h => h.Key.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase))
                .ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value);
            _objects[name] = new StoredObject(request.Body, _time.GetUtcNow(), metadata);
            return new ServiceReply(200);
        }

        return _objects.TryGetValue(name, out var found)
            ? Send(request, found)
            : new ServiceReply(404, "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>");
    }

    private ServiceReply Send(ServiceRequest request, StoredObject found)
    {
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(found.Content))}\"";
        var headers = new Dictionary<string, string>(found.Metadata)
        {
            ["ETag"] = tag,
            ["Last-Modified"] = found.ModifiedAt.ToString("R", CultureInfo.InvariantCulture),
        };
        var cut = request.Method == "GET" ? CutNextAfter : null;
        CutNextAfter = request.Method == "GET" ? null : CutNextAfter;
        var range = request.Header("Range");
        if (range.StartsWith("bytes=", StringComparison.Ordinal) && request.Header("If-Range") == tag)
        {
            var from = int.Parse(range[6..].TrimEnd('-'), CultureInfo.InvariantCulture);
            headers["Content-Range"] = $"bytes {from}-{found.Content.Length - 1}/{found.Content.Length}";
            return new ServiceReply(206) { Bytes = found.Content[from..], Headers = headers, CutAfter = cut };
        }

        return new ServiceReply(200) { Bytes = found.Content, Headers = headers, CutAfter = cut };
    }

    private string? Problem(ServiceRequest request)
    {
        var credential = request.Parameter("X-Amz-Credential").Split('/');
        if (credential.Length != 5 || !Accounts.TryGetValue(credential[0], out var account))
        {
            return "InvalidAccessKeyId";
        }

        var date = DateTimeOffset.ParseExact(
            request.Parameter("X-Amz-Date"), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var life = long.Parse(request.Parameter("X-Amz-Expires"), CultureInfo.InvariantCulture);
        if (life is < 1 or > 604800 || date.AddSeconds(life) < _time.GetUtcNow())
        {
            return "AccessDenied";
        }

        if (request.Parameter("X-Amz-Security-Token") != account.Token)
        {
            return "InvalidToken";
        }

        var names = request.Parameter("X-Amz-SignedHeaders").Split(';');
        if (request.Headers.Keys.Any(k => k.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !names.Contains(k.ToLowerInvariant())))
        {
            return "HeadersNotSigned";
        }

        return request.Parameter("X-Amz-Signature") == Signature(request, names, credential, account.Secret) ? null : "SignatureDoesNotMatch";
    }

    private static string Signature(ServiceRequest request, string[] names, string[] credential, string secret)
    {
        var query = request.Query.Split('&').Where(p => !p.StartsWith("X-Amz-Signature=", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        var canonical = new StringBuilder().Append(request.Method).Append('\n').Append(request.Path).Append('\n').AppendJoin('&', query).Append('\n');
        foreach (var name in names)
        {
            canonical.Append(name).Append(':').Append(request.Header(name).Trim()).Append('\n');
        }

        canonical.Append('\n').AppendJoin(';', names).Append("\nUNSIGNED-PAYLOAD");
        var scope = string.Join('/', credential[1..]);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in credential[1..].Append($"AWS4-HMAC-SHA256\n{request.Parameter("X-Amz-Date")}\n{scope}\n{hash}"))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(key);
    }
}

/// <param name="Content">Bytes.</param>
/// <param name="ModifiedAt">When it was put there.</param>
/// <param name="Metadata">The <c>x-amz-</c> headers it came with.</param>
public sealed record StoredObject(byte[] Content, DateTimeOffset ModifiedAt, IReadOnlyDictionary<string, string> Metadata);
