using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Gantry.Coordinator.Http;

/// <summary>
/// Addresses signed the way S3 clients do (AWS Signature Version 4 in the query): who signed, for what, until when. Only such
/// presigned requests are known here, which is all that runners use for caches.
/// </summary>
internal sealed record S3Signature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    public required string AccessKey { get; init; }
    private string Scope { get; init; } = "";
    private string Time { get; init; } = "";
    private string SignedHeaders { get; init; } = "";
    private string Given { get; init; } = "";

    /// <summary>Null when the request is not presigned, or its time is not now.</summary>
    public static S3Signature? Read(HttpRequest request, DateTimeOffset now)
    {
        var query = request.Query;
        string Value(string name) => query[name].ToString();
        if (Value("X-Amz-Algorithm") != Algorithm || Value("X-Amz-Credential").Split('/') is not [{ Length: > 0 } key, .. var scope] || scope.Length != 4
            || !DateTimeOffset.TryParseExact(Value("X-Amz-Date"), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || !int.TryParse(Value("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return null;
        }

        var life = TimeSpan.FromSeconds(seconds);
        return life <= LongestLife && time - Skew <= now && now <= time + life
            ? new S3Signature
            {
                AccessKey = key,
                Scope = string.Join('/', scope),
                Time = Value("X-Amz-Date"),
                SignedHeaders = Value("X-Amz-SignedHeaders"),
                Given = Value("X-Amz-Signature"),
            }
            : null;
    }

    /// <summary>The signature is of this request and was made with <paramref name="secret"/>.</summary>
    public bool IsOf(HttpRequest request, string secret)
    {
        var text = $"{Algorithm}\n{Time}\n{Scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(request))))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in Scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        return SignedHeaders.Split(';').Contains("host") && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(Given));
    }

    private string Canonical(HttpRequest request)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (target, "") : (target[..mark], target[mark..]);
        var pairs = new List<string>();
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            if (name != "X-Amz-Signature")
            {
                pairs.Add($"{Encode(name)}={Encode(pair.DecodeValue().ToString())}");
            }
        }

        pairs.Sort(StringComparer.Ordinal);
        var headers = SignedHeaders.Split(';').Select(name => $"{name}:{(name == "host" ? request.Host.Value : request.Headers[name].ToString().Trim())}\n");
        return $"{request.Method}\n{path}\n{string.Join('&', pairs)}\n{string.Concat(headers)}\n{SignedHeaders}\nUNSIGNED-PAYLOAD";
    }

    private static string Encode(string text) => Uri.EscapeDataString(text);
}
