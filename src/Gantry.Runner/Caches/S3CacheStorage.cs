using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;

namespace Gantry.Runner.Caches;

/// <summary>
/// Caches in S3 and what speaks like it: presigned addresses. With a role for it the addresses are signed by credentials that may
/// touch the one object only. Thread-safe.
/// </summary>
internal sealed class S3CacheStorage : ICacheStorage, IDisposable
{
    private const string FallbackRegion = "us-east-1";
    private const int RoleCallsAtOnce = 5;
    private const int KeptRoles = 1000;
    private static readonly TimeSpan RoleMargin = TimeSpan.FromMinutes(10);

    private readonly CacheSettings _cache;
    private readonly S3Settings _settings;
    private readonly CloudContext _cloud;
    private readonly AwsCredentialChain _chain;
    private readonly S3Endpoint _endpoint;
    private readonly SemaphoreSlim? _roleCalls;
    private readonly ConcurrentDictionary<(string Role, string Name, bool Upload), AwsCredentials> _roles = new();
    private string? _region;

    public S3CacheStorage(CacheSettings cache, CloudContext cloud)
    {
        _cache = cache;
        _settings = cache.S3;
        _cloud = cloud;
        _chain = new AwsCredentialChain(cloud);
        _endpoint = S3Endpoint.Of(_settings);
        var calls = _settings.AssumeRoleMaxConcurrency;
        _roleCalls = calls < 0 ? null : new SemaphoreSlim(calls == 0 ? RoleCallsAtOnce : (int)Math.Min(calls, 1000));
    }

    public async Task<CacheAddress?> ForDownloadAsync(CacheObject wanted, CancellationToken cancellationToken)
    {
        if (Name(wanted) is not { } name)
        {
            return null;
        }

        var (address, signer) = await SignerAsync(name, _settings.RoleArn, upload: false, cancellationToken);
        var now = _cloud.Time.GetUtcNow();
        return new CacheAddress
        {
            Url = Url(signer.Presign("GET", address, new Dictionary<string, string>(), wanted.Validity, now)),
            HeadUrl = Url(signer.Presign("HEAD", address, new Dictionary<string, string>(), wanted.Validity, now)),
        };
    }

    public async Task<CacheAddress?> ForUploadAsync(CacheObject wanted, CancellationToken cancellationToken)
    {
        if (Name(wanted) is not { } name)
        {
            return null;
        }

        var role = _settings.RoleArn.Length > 0 ? _settings.RoleArn : _settings.UploadRoleArn;
        var (address, signer) = await SignerAsync(name, role, upload: true, cancellationToken);
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["x-amz-meta-cachekey"] = CloudText.ForHeader(wanted.HumanKey) };
        foreach (var (header, value) in S3Encryption.Of(_settings, out _).Headers())
        {
            headers[header] = value;
        }

        var now = _cloud.Time.GetUtcNow();
        return new CacheAddress
        {
            Url = Url(signer.Presign("PUT", address, headers, wanted.Validity, now)),
            HeadUrl = Url(signer.Presign("HEAD", address, new Dictionary<string, string>(), wanted.Validity, now)),
            Headers = headers,
            MaximumSize = _cache.MaxUploadedArchiveSize,
        };
    }

    public void Dispose()
    {
        _chain.Dispose();
        _roleCalls?.Dispose();
    }

    private static Secret Url(Uri address) => new(address.AbsoluteUri);

    private string? Name(CacheObject wanted)
    {
        if (_settings.BucketName.Length == 0)
        {
            throw new CacheStorageException("[runners.cache.s3] has no BucketName: name the bucket that keeps the caches");
        }

        if (_settings.ServerAddress.Length > 0 && S3Endpoint.UrlOf(_settings) is null)
        {
            throw new CacheStorageException($"[runners.cache.s3] ServerAddress = \"{_settings.ServerAddress}\" is no address; write host or host:port without https://");
        }

        var name = CacheObjectName.Of(_cache, wanted, out var problem);
        return problem is null ? name : throw new CacheStorageException(problem);
    }

    private async Task<(Uri Address, SigV4 Signer)> SignerAsync(string name, string role, bool upload, CancellationToken cancellationToken)
    {
        try
        {
            var region = await RegionAsync(cancellationToken);
            var own = await CredentialsAsync(cancellationToken);
            var used = role.Length == 0 ? own : await RoleAsync(role, name, upload, own, region, cancellationToken);
            return (_endpoint.ObjectAddress(_settings, region, name), new SigV4(used, region, "s3"));
        }
        catch (CloudException broken)
        {
            throw new CacheStorageException($"[runners.cache.s3] {broken.Message}", broken);
        }
    }

    private async Task<AwsCredentials> CredentialsAsync(CancellationToken cancellationToken)
    {
        switch (S3Endpoint.AuthenticationOf(_settings))
        {
            case "iam":
                return await _chain.GetAsync(cancellationToken);
            case "access-key" when _settings.AccessKey.Length > 0 && !_settings.SecretKey.IsEmpty:
                return new AwsCredentials(_settings.AccessKey, _settings.SecretKey, _settings.SessionToken);
            case "access-key":
                throw new CloudException("AuthenticationType is access-key, but AccessKey or SecretKey is missing");
            default:
                throw new CloudException($"AuthenticationType = \"{_settings.AuthenticationType}\" is not known; use access-key or iam");
        }
    }

    private async Task<AwsCredentials> RoleAsync(
        string role, string name, bool upload, AwsCredentials own, string region, CancellationToken cancellationToken)
    {
        var key = (role, name, upload);
        if (!_settings.DisableAssumeRoleCredentialsCaching && _roles.TryGetValue(key, out var kept)
            && kept.Expires - RoleMargin > _cloud.Time.GetUtcNow())
        {
            return kept;
        }

        if (_roleCalls is not null)
        {
            await _roleCalls.WaitAsync(cancellationToken);
        }

        try
        {
            var session = $"gitlab-runner-cache-upload-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
            var fresh = await new AwsSts(_cloud).AssumeAsync(
                new AwsRole(role, session, Policy(name, upload, region)), own, region, cancellationToken);
            if (_roles.Count >= KeptRoles)
            {
                _roles.Clear();
            }

            return _roles[key] = fresh;
        }
        finally
        {
            _roleCalls?.Release();
        }
    }

    /// <summary>The one object, one direction, and the key it is encrypted with.</summary>
    private string Policy(string name, bool upload, string region)
    {
        var resource = JsonEncodedText.Encode($"arn:{AwsNames.Partition(region)}:s3:::{_settings.BucketName}/{name}");
        var statements = $$"""{"Effect":"Allow","Action":["{{(upload ? "s3:PutObject" : "s3:GetObject")}}"],"Resource":"{{resource}}"}""";
        var encryption = S3Encryption.Of(_settings, out _);
        if (encryption.Type is "KMS" or "DSSE-KMS" && encryption.KeyId.Length > 0)
        {
            statements += $$""",{"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"{{JsonEncodedText.Encode(encryption.KeyId)}}"}""";
        }

        return $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";
    }

    private async Task<string> RegionAsync(CancellationToken cancellationToken)
    {
        if (_settings.BucketLocation.Length > 0)
        {
            return _settings.BucketLocation;
        }

        if (_region is not null)
        {
            return _region;
        }

        try
        {
            // The store names the region in every answer about the bucket, also when it refuses.
            var bucket = _endpoint.ObjectAddress(_settings, FallbackRegion, "");
            var answer = await _cloud.Http.CallAsync(new ServiceCall(HttpMethod.Head, bucket) { Within = TimeSpan.FromSeconds(10), Tries = 2 }, cancellationToken);
            return _region = answer.Headers.GetValueOrDefault("x-amz-bucket-region") is { Length: > 0 } region ? region : FallbackRegion;
        }
        catch (ServiceException)
        {
            // Not kept: the next job asks again.
            return FallbackRegion;
        }
    }
}
