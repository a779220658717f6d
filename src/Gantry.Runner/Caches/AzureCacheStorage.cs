using System.Globalization;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;

namespace Gantry.Runner.Caches;

/// <summary>Caches in Azure Blob Storage: addresses with a signature for one blob and one direction. Thread-safe.</summary>
internal sealed class AzureCacheStorage(CacheSettings cache, CloudContext cloud) : ICacheStorage
{
    private const string Resource = "https://storage.azure.com";
    private const string StandardDomain = "blob.core.windows.net";
    private static readonly TimeSpan LongestDelegation = TimeSpan.FromDays(7);
    private readonly AzureSettings _settings = cache.Azure;

    public async Task<CacheAddress?> ForDownloadAsync(CacheObject wanted, CancellationToken cancellationToken)
    {
        var read = await AddressAsync(wanted, "r", cancellationToken);
        return new CacheAddress { Url = read, HeadUrl = read };
    }

    public async Task<CacheAddress?> ForUploadAsync(CacheObject wanted, CancellationToken cancellationToken) => new CacheAddress
    {
        Url = await AddressAsync(wanted, "cw", cancellationToken),
        HeadUrl = await AddressAsync(wanted, "r", cancellationToken),
        Headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["x-ms-blob-type"] = "BlockBlob",
            ["x-ms-meta-cachekey"] = CloudText.ForHeader(wanted.HumanKey),
        },
        MaximumSize = cache.MaxUploadedArchiveSize,
    };

    private async Task<Secret> AddressAsync(CacheObject wanted, string permissions, CancellationToken cancellationToken)
    {
        if (_settings.AccountName.Length == 0 || _settings.ContainerName.Length == 0)
        {
            throw new CacheStorageException(
                $"[runners.cache.azure] has no {(_settings.AccountName.Length == 0 ? "AccountName" : "ContainerName")}: both are needed");
        }

        var name = CacheObjectName.Of(cache, wanted, out var problem) ?? throw new CacheStorageException(problem!);
        try
        {
            var expires = cloud.Time.GetUtcNow() + wanted.Validity;
            var sas = _settings.AccountKey.IsEmpty
                ? await DelegatedAsync(expires, cancellationToken)
                : new AzureSas(_settings.AccountName, _settings.AccountKey);
            var root = Root();
            var query = sas.ForBlob(_settings.ContainerName, name, permissions, expires, root.StartsWith("https", StringComparison.Ordinal) ? "https" : "");
            return new Secret($"{root}/{_settings.ContainerName}/{CloudText.EscapePath(name)}?{query}");
        }
        catch (CloudException broken)
        {
            throw new CacheStorageException($"[runners.cache.azure] {broken.Message}", broken);
        }
    }

    private async Task<AzureSas> DelegatedAsync(DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var token = await new AzureIdentity(cloud).ForMachineAsync(Resource, cancellationToken);
        var now = cloud.Time.GetUtcNow();
        var end = expires - now > LongestDelegation ? now + LongestDelegation : expires;
        var address = new Uri($"{Root()}/?restype=service&comp=userdelegationkey");
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Post, address)
                {
                    Body = $"<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>{Text(now)}</Start><Expiry>{Text(end)}</Expiry></KeyInfo>",
                    ContentType = "application/xml",
                    Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token.Reveal()}", ["x-ms-version"] = AzureSas.CommonVersion },
                },
                cancellationToken);
        }
        catch (ServiceException broken)
        {
            throw new CloudException(broken.Message);
        }

        return answer.IsSuccess && CloudText.XmlElement(answer.Body, "Value") is { } key
            ? new AzureSas(_settings.AccountName, new Secret(key), new AzureDelegation
            {
                Key = new Secret(key),
                ObjectId = CloudText.XmlElement(answer.Body, "SignedOid") ?? "",
                TenantId = CloudText.XmlElement(answer.Body, "SignedTid") ?? "",
                Start = CloudText.XmlElement(answer.Body, "SignedStart") ?? "",
                Expiry = CloudText.XmlElement(answer.Body, "SignedExpiry") ?? "",
                Service = CloudText.XmlElement(answer.Body, "SignedService") ?? "",
                KeyVersion = CloudText.XmlElement(answer.Body, "SignedVersion") ?? "",
            })
            : throw new CloudException(
                $"{ServiceHttp.Name(address)} answered {answer.Status}{CloudText.XmlProblem(answer.Body)}. "
                + "Give the identity the role \"Storage Blob Data Contributor\", or set AccountKey", answer.Status);
    }

    /// <summary>A domain with a scheme is a place of its own, such as a local emulator.</summary>
    private string Root() => _settings.StorageDomain switch
    {
        "" => $"https://{_settings.AccountName}.{StandardDomain}",
        var domain when domain.Contains("://", StringComparison.Ordinal) => $"{domain.TrimEnd('/')}/{_settings.AccountName}",
        var domain => $"https://{_settings.AccountName}.{domain}",
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
