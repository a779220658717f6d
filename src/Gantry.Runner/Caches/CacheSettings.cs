using Gantry.Engine;

namespace Gantry.Runner.Caches;

/// <summary><c>[runners.cache]</c> of one entry (official-cli-config §2.5.2).</summary>
public sealed record CacheSettings
{
    /// <summary><c>s3</c>, <c>gcs</c> or <c>azure</c>; empty: caches stay on the machine.</summary>
    public string Type { get; init; } = "";

    /// <summary>In front of object names.</summary>
    public string Path { get; init; } = "";

    /// <summary>Runners share caches: object names do not name the runner.</summary>
    public bool Shared { get; init; }

    /// <summary>Bytes; 0: no limit.</summary>
    public long MaxUploadedArchiveSize { get; init; }

    public S3Settings S3 { get; init; } = new();
    public GcsSettings Gcs { get; init; } = new();
    public AzureSettings Azure { get; init; } = new();
}

/// <summary><c>[runners.cache.s3]</c>.</summary>
public sealed record S3Settings
{
    /// <summary><c>host[:port]</c>; empty: AWS.</summary>
    public string ServerAddress { get; init; } = "";

    public string AccessKey { get; init; } = "";
    public Secret SecretKey { get; init; }
    public Secret SessionToken { get; init; }
    public string BucketName { get; init; } = "";

    /// <summary>Region; empty: asked for.</summary>
    public string BucketLocation { get; init; } = "";

    /// <summary>http instead of https.</summary>
    public bool Insecure { get; init; }

    public string AuthenticationType { get; init; } = "";
    public string ServerSideEncryption { get; init; } = "";
    public string ServerSideEncryptionKeyId { get; init; } = "";
    public bool? DualStack { get; init; }
    public bool? PathStyle { get; init; }
    public bool Accelerate { get; init; }

    /// <summary>Assumed for both directions.</summary>
    public string RoleArn { get; init; } = "";

    /// <summary>Assumed for uploads only.</summary>
    public string UploadRoleArn { get; init; } = "";

    /// <summary>0: five; below: no limit.</summary>
    public long AssumeRoleMaxConcurrency { get; init; }

    public bool DisableAssumeRoleCredentialsCaching { get; init; }
}

/// <summary><c>[runners.cache.gcs]</c>.</summary>
public sealed record GcsSettings
{
    public string AccessId { get; init; } = "";

    /// <summary>PEM.</summary>
    public Secret PrivateKey { get; init; }

    /// <summary>A service account's JSON key; wins over the pair.</summary>
    public string CredentialsFile { get; init; } = "";

    public string BucketName { get; init; } = "";

    /// <summary>Empty: <c>googleapis.com</c>.</summary>
    public string UniverseDomain { get; init; } = "";
}

/// <summary><c>[runners.cache.azure]</c>.</summary>
public sealed record AzureSettings
{
    public string AccountName { get; init; } = "";

    /// <summary>Base64; empty: an identity of the machine signs.</summary>
    public Secret AccountKey { get; init; }

    public string ContainerName { get; init; } = "";

    /// <summary>Empty: <c>blob.core.windows.net</c>.</summary>
    public string StorageDomain { get; init; } = "";
}
