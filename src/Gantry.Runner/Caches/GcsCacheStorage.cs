using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Clouds;

namespace Gantry.Runner.Caches;

/// <summary>Caches in Google Cloud Storage: addresses signed by a service account. Thread-safe.</summary>
internal sealed class GcsCacheStorage(CacheSettings cache, CloudContext cloud) : ICacheStorage
{
    private const string StandardUniverse = "googleapis.com";
    private readonly GcsSettings _settings = cache.Gcs;

    public async Task<CacheAddress?> ForDownloadAsync(CacheObject wanted, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>();
        return new CacheAddress
        {
            Url = await SignAsync("GET", wanted, headers, cancellationToken),
            HeadUrl = await SignAsync("HEAD", wanted, headers, cancellationToken),
        };
    }

    public async Task<CacheAddress?> ForUploadAsync(CacheObject wanted, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Content-Type"] = "application/octet-stream",
            ["x-goog-meta-cachekey"] = CloudText.ForHeader(wanted.HumanKey),
        };
        if (cache.MaxUploadedArchiveSize > 0)
        {
            headers["X-Goog-Content-Length-Range"] = $"0,{cache.MaxUploadedArchiveSize}";
        }

        return new CacheAddress
        {
            Url = await SignAsync("PUT", wanted, headers, cancellationToken),
            HeadUrl = await SignAsync("HEAD", wanted, new Dictionary<string, string>(), cancellationToken),
            Headers = headers,
            MaximumSize = cache.MaxUploadedArchiveSize,
        };
    }

    private async Task<Secret> SignAsync(
        string method, CacheObject wanted, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken)
    {
        if (_settings.BucketName.Length == 0)
        {
            throw new CacheStorageException("[runners.cache.gcs] has no BucketName: name the bucket that keeps the caches");
        }

        var name = CacheObjectName.Of(cache, wanted, out var problem) ?? throw new CacheStorageException(problem!);
        try
        {
            var (signer, universe) = await SignerAsync(cancellationToken);
            var address = new Uri($"{cloud.Google("storage", universe)}/{_settings.BucketName}/{CloudText.EscapePath(name)}");
            return new Secret((await signer.PresignAsync(method, address, headers, new GoogleLife(cloud.Time.GetUtcNow(), wanted.Validity), cancellationToken)).AbsoluteUri);
        }
        catch (CloudException broken)
        {
            throw new CacheStorageException($"[runners.cache.gcs] {broken.Message}", broken);
        }
    }

    private async Task<(GoogleSigner Signer, string Universe)> SignerAsync(CancellationToken cancellationToken)
    {
        var universe = _settings.UniverseDomain.Length > 0 ? _settings.UniverseDomain : StandardUniverse;
        if (_settings.CredentialsFile.Length > 0)
        {
            var key = await ReadKeyAsync(_settings.CredentialsFile, cancellationToken);
            return (GoogleSigner.WithKey(key.PrivateKey!, key.ClientEmail!),
                _settings.UniverseDomain.Length == 0 && key.UniverseDomain is { Length: > 0 } own ? own : universe);
        }

        if (_settings.AccessId.Length > 0 || !_settings.PrivateKey.IsEmpty)
        {
            return _settings.AccessId.Length > 0 && !_settings.PrivateKey.IsEmpty
                // One-line settings carry line ends as \n.
                ? (GoogleSigner.WithKey(_settings.PrivateKey.Reveal().Replace("\\n", "\n", StringComparison.Ordinal), _settings.AccessId), universe)
                : throw new CloudException("AccessID and PrivateKey belong together: one of them is missing");
        }

        return (await new GoogleIdentity(cloud, universe).SignerAsync(cancellationToken), universe);
    }

    private static async Task<GoogleKeyView> ReadKeyAsync(string file, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw new CloudException($"CredentialsFile {file} cannot be read: {broken.Message}");
        }

        return CloudJson.Read(text, CloudJson.Default.GoogleKeyView) is { Type: "service_account", ClientEmail: not null, PrivateKey: not null } key
            ? key
            : throw new CloudException($"CredentialsFile {file} is not the JSON key of a service account (\"type\": \"service_account\")");
    }
}
