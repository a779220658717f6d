using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Engine;

namespace Gantry.Runner.Clouds;

/// <summary>Shared access signatures for one blob, by the account's key or by a user delegation key.</summary>
/// <param name="Account">Name of the storage account.</param>
/// <param name="Key">Base64: of the account, or <see cref="AzureDelegation.Key"/>.</param>
/// <param name="Delegation">Null: the account's own key signs.</param>
internal sealed record AzureSas(string Account, Secret Key, AzureDelegation? Delegation = null)
{
    /// <summary>Of the storage service; fixes the order of the fields. Old enough for every cloud and emulator.</summary>
    public const string CommonVersion = "2020-12-06";

    public string Version { get; init; } = CommonVersion;

    /// <param name="container">Name.</param>
    /// <param name="blob">Name, not encoded.</param>
    /// <param name="permissions">Such as <c>r</c> or <c>cw</c>.</param>
    /// <param name="expires">End of the life.</param>
    /// <param name="protocol">Empty: http too.</param>
    /// <returns>The query without a question mark.</returns>
    /// <exception cref="CloudException">The key is not Base64.</exception>
    public string ForBlob(string container, string blob, string permissions, DateTimeOffset expires, string protocol)
    {
        var end = expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var resource = $"/blob/{Account}/{container}/{blob}";
        string[] identity = Delegation is { } d
            ? [d.ObjectId, d.TenantId, d.Start, d.Expiry, d.Service, d.KeyVersion, "", "", ""]
            // An account's signature names a stored policy here; there is none.
            : [""];
        string[] fields = [permissions, "", end, resource, .. identity, "", protocol, Version, "b", "", "", "", "", "", "", ""];
        List<(string, string)> query = [("sp", permissions), ("se", end), ("sv", Version), ("sr", "b")];
        if (protocol.Length > 0)
        {
            query.Add(("spr", protocol));
        }

        if (Delegation is { } by)
        {
            query.AddRange([("skoid", by.ObjectId), ("sktid", by.TenantId), ("skt", by.Start), ("ske", by.Expiry), ("sks", by.Service), ("skv", by.KeyVersion)]);
        }

        query.Add(("sig", Convert.ToBase64String(HMACSHA256.HashData(Bytes(), Encoding.UTF8.GetBytes(string.Join('\n', fields))))));
        return string.Join('&', query.Select(p => $"{p.Item1}={CloudText.Escape(p.Item2)}"));
    }

    private byte[] Bytes()
    {
        try
        {
            return Convert.FromBase64String(Key.Reveal());
        }
        catch (FormatException)
        {
            throw new CloudException("the account key is not Base64; copy it from the storage account's \"Access keys\"");
        }
    }
}

/// <summary>A key that an identity of Entra signs with for a while.</summary>
internal sealed record AzureDelegation
{
    public required Secret Key { get; init; }
    public required string ObjectId { get; init; }
    public required string TenantId { get; init; }
    public required string Start { get; init; }
    public required string Expiry { get; init; }
    public required string Service { get; init; }
    public required string KeyVersion { get; init; }
}
