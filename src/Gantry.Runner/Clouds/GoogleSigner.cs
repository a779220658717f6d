using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Runner.Clouds;

/// <summary>Google's V4 signing process: addresses that open one object.</summary>
/// <param name="Email">The service account that signs.</param>
/// <param name="SignAsync">RSA with SHA-256 and PKCS #1 padding, by its key or by Google's own service.</param>
internal sealed record GoogleSigner(string Email, Func<byte[], CancellationToken, Task<byte[]>> SignAsync)
{
    private const string Algorithm = "GOOG4-RSA-SHA256";

    /// <summary>The longest an address may live.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(7);

    /// <param name="key">PEM, PKCS #1 or #8.</param>
    /// <param name="email">The account the key belongs to.</param>
    /// <exception cref="CloudException">It is no RSA key.</exception>
    public static GoogleSigner WithKey(string key, string email)
    {
        // Each signature makes its own instance: RSA objects are not thread-safe, and a key is read in microseconds.
        using (Import(key))
        {
        }

        return new GoogleSigner(email, (text, _) =>
        {
            using var rsa = Import(key);
            return Task.FromResult(rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        });
    }

    /// <summary>See <see cref="SigV4.Presign"/>.</summary>
    public async Task<Uri> PresignAsync(
        string method, Uri address, IReadOnlyDictionary<string, string> headers, GoogleLife life, CancellationToken cancellationToken)
    {
        var seconds = (long)Math.Clamp(life.Length.TotalSeconds, 1, LongestLife.TotalSeconds);
        var day = life.Start.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var stamp = life.Start.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{day}/auto/storage/goog4_request";
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = address.Authority };
        foreach (var (name, value) in headers)
        {
            signed[name.ToLowerInvariant()] = CloudText.HeaderValue(value);
        }

        var names = string.Join(';', signed.Keys);
        var query = CloudText.Query(
        [
            ("X-Goog-Algorithm", Algorithm), ("X-Goog-Credential", $"{Email}/{scope}"), ("X-Goog-Date", stamp),
            ("X-Goog-Expires", seconds.ToString(CultureInfo.InvariantCulture)), ("X-Goog-SignedHeaders", names),
        ]);
        var request = $"{method}\n{address.AbsolutePath}\n{query}\n{string.Concat(signed.Select(h => $"{h.Key}:{h.Value}\n"))}\n{names}\nUNSIGNED-PAYLOAD";
        var text = $"{Algorithm}\n{stamp}\n{scope}\n{CloudText.Sha256(request)}";
        var signature = Convert.ToHexStringLower(await SignAsync(Encoding.UTF8.GetBytes(text), cancellationToken));
        return new Uri($"{address.GetLeftPart(UriPartial.Path)}?{query}&X-Goog-Signature={signature}");
    }

    private static RSA Import(string pem)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
            return rsa;
        }
        catch (Exception broken) when (broken is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw new CloudException("the private key is no RSA key in PEM form (-----BEGIN PRIVATE KEY-----)");
        }
    }
}

/// <summary>From when and how long an address works.</summary>
internal readonly record struct GoogleLife(DateTimeOffset Start, TimeSpan Length);
