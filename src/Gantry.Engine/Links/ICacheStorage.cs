namespace Gantry.Engine.Links;

/// <summary>
/// The object store that a runner entry keeps caches in. It gives addresses that open one object for a while; whoever moves
/// the archive needs no credentials (official-job-protocol §7.8). Threading: calls may overlap.
/// </summary>
public interface ICacheStorage
{
    /// <summary>Addresses to read an archive; null when the key has no object.</summary>
    /// <exception cref="CacheStorageException">The settings or the credentials do not work.</exception>
    Task<CacheAddress?> ForDownloadAsync(CacheObject wanted, CancellationToken cancellationToken);

    /// <summary>Addresses to write an archive; null when the key has no object.</summary>
    /// <exception cref="CacheStorageException">The settings or the credentials do not work.</exception>
    Task<CacheAddress?> ForUploadAsync(CacheObject wanted, CancellationToken cancellationToken);
}

/// <summary>Which archive.</summary>
public sealed record CacheObject
{
    public required long ProjectId { get; init; }

    /// <summary>Names the runner in object names unless the cache is shared.</summary>
    public required string RunnerShortToken { get; init; }

    /// <summary>Sanitised or hashed.</summary>
    public required string Key { get; init; }

    /// <summary>The key is a hash: objects are spread by its first two characters.</summary>
    public required bool Sharded { get; init; }

    /// <summary>Kept with the object as metadata <c>cachekey</c>.</summary>
    public required string HumanKey { get; init; }

    /// <summary>How long the addresses must work: the job's timeout.</summary>
    public required TimeSpan Validity { get; init; }
}

/// <summary>Addresses of one object. They are secrets while they work.</summary>
public sealed record CacheAddress
{
    /// <summary>GET or PUT.</summary>
    public required Secret Url { get; init; }

    /// <summary>HEAD of the same object; empty when the store cannot be asked.</summary>
    public Secret HeadUrl { get; init; }

    /// <summary>To be sent with PUT exactly so: they are part of the signature.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes; 0: no limit. Larger archives stay on the machine.</summary>
    public long MaximumSize { get; init; }
}

/// <summary>A cache store cannot be used. The message says which, why and what to change; it holds no secret.</summary>
public sealed class CacheStorageException(string message, Exception? inner = null) : Exception(message, inner);
