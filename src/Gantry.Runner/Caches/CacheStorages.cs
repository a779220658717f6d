using System.Collections.Concurrent;
using Gantry.Engine.Links;
using Gantry.Runner.Clouds;

namespace Gantry.Runner.Caches;

/// <summary>
/// The stores of a process, one per settings, so that jobs share temporary credentials. Those of earlier configurations stay until
/// the end: jobs may use them. Thread-safe.
/// </summary>
public sealed class CacheStorages(CloudContext cloud) : IDisposable
{
    private readonly ConcurrentDictionary<CacheSettings, ICacheStorage> _stores = new();

    /// <summary>Null: caches stay on the machine.</summary>
    public ICacheStorage? For(CacheSettings settings) => settings.Type.Length == 0 ? null : _stores.GetOrAdd(settings, Make);

    public void Dispose()
    {
        foreach (var store in _stores.Values.OfType<IDisposable>())
        {
            store.Dispose();
        }

        _stores.Clear();
    }

    private ICacheStorage Make(CacheSettings settings) => settings.Type switch
    {
        "s3" => new S3CacheStorage(settings, cloud),
        "gcs" => new GcsCacheStorage(settings, cloud),
        "azure" => new AzureCacheStorage(settings, cloud),
        _ => new UnknownCacheStorage(settings.Type),
    };

    private sealed class UnknownCacheStorage(string type) : ICacheStorage
    {
        public Task<CacheAddress?> ForDownloadAsync(CacheObject wanted, CancellationToken cancellationToken) => throw Problem();

        public Task<CacheAddress?> ForUploadAsync(CacheObject wanted, CancellationToken cancellationToken) => throw Problem();

        private CacheStorageException Problem() => new($"[runners.cache] Type = \"{type}\" is not known; use s3, gcs or azure");
    }
}
