using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Runner.Clouds;

/// <summary>AWS Signature Version 4: addresses that open one object, and requests with an Authorization header.</summary>
/// <param name="Credentials">Who signs.</param>
/// <param name="Region">Such as <c>eu-central-1</c>.</param>
/// <param name="Service">Such as <c>s3</c>.</param>
internal sealed record SigV4(AwsCredentials Credentials, string Region, string Service)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The longest a presigned address may live.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(7);

    /// <param name="method">GET, HEAD or PUT: each needs an address of its own.</param>
    /// <param name="address">Its path must be encoded as it is sent; a query is signed with it.</param>
    /// <param name="headers">Must be sent exactly so; <c>host</c> is added.</param>
    /// <param name="life">At most <see cref="LongestLife"/>.</param>
    /// <param name="now">Start of the life.</param>
    public Uri Presign(string method, Uri address, IReadOnlyDictionary<string, string> headers, TimeSpan life, DateTimeOffset now)
    {
        var seconds = (long)Math.Clamp(life.TotalSeconds, 1, LongestLife.TotalSeconds);
        var signed = Canonical(headers, address);
        var query = QueryOf(address);
        query.Add(("X-Amz-Algorithm", Algorithm));
        query.Add(("X-Amz-Credential", $"{Credentials.AccessKey}/{Scope(now)}"));
        query.Add(("X-Amz-Date", Stamp(now)));
        query.Add(("X-Amz-Expires", seconds.ToString(CultureInfo.InvariantCulture)));
        query.Add(("X-Amz-SignedHeaders", string.Join(';', signed.Keys)));
        if (!Credentials.SessionToken.IsEmpty)
        {
            query.Add(("X-Amz-Security-Token", Credentials.SessionToken.Reveal()));
        }

        var sorted = CloudText.Query(query);
        var signature = Sign(CanonicalRequest(method, address.AbsolutePath, sorted, signed, "UNSIGNED-PAYLOAD"), now);
        return new Uri($"{address.GetLeftPart(UriPartial.Path)}?{sorted}&X-Amz-Signature={signature}");
    }

    /// <summary>The headers to add to a request with this body.</summary>
    public Dictionary<string, string> Authorize(string method, Uri address, IReadOnlyDictionary<string, string> headers, string body, DateTimeOffset now)
    {
        var all = new Dictionary<string, string>(headers, StringComparer.OrdinalIgnoreCase) { ["X-Amz-Date"] = Stamp(now) };
        if (!Credentials.SessionToken.IsEmpty)
        {
            all["X-Amz-Security-Token"] = Credentials.SessionToken.Reveal();
        }

        var signed = Canonical(all, address);
        var request = CanonicalRequest(method, address.AbsolutePath, CloudText.Query(QueryOf(address)), signed, CloudText.Sha256(body));
        all["Authorization"] = $"{Algorithm} Credential={Credentials.AccessKey}/{Scope(now)}, "
            + $"SignedHeaders={string.Join(';', signed.Keys)}, Signature={Sign(request, now)}";
        return all;
    }

    private string Sign(string canonicalRequest, DateTimeOffset now)
    {
        var text = $"{Algorithm}\n{Stamp(now)}\n{Scope(now)}\n{CloudText.Sha256(canonicalRequest)}";
        var key = Encoding.UTF8.GetBytes("AWS4" + Credentials.SecretKey.Reveal());
        foreach (var part in new[] { Day(now), Region, Service, "aws4_request", text })
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return Convert.ToHexStringLower(key);
    }

    private static string CanonicalRequest(string method, string path, string query, SortedDictionary<string, string> headers, string payload) =>
        $"{method}\n{path}\n{query}\n{string.Concat(headers.Select(h => $"{h.Key}:{h.Value}\n"))}\n{string.Join(';', headers.Keys)}\n{payload}";

    private static SortedDictionary<string, string> Canonical(IReadOnlyDictionary<string, string> headers, Uri address)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = address.Authority };
        foreach (var (name, value) in headers)
        {
            result[name.ToLowerInvariant()] = CloudText.HeaderValue(value);
        }

        return result;
    }

    private static List<(string, string)> QueryOf(Uri address) =>
        [.. address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            return at < 0 ? (Uri.UnescapeDataString(pair), "") : (Uri.UnescapeDataString(pair[..at]), Uri.UnescapeDataString(pair[(at + 1)..]));
        })];

    private string Scope(DateTimeOffset now) => $"{Day(now)}/{Region}/{Service}/aws4_request";

    private static string Day(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Stamp(DateTimeOffset now) => now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
