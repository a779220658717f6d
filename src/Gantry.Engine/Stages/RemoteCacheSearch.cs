using Gantry.Engine.Links;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Stages;

/// <summary>Addresses of one cache in the store.</summary>
/// <param name="Address">Of the key itself.</param>
/// <param name="Alternate">When reading: of the other form of the key; whichever is newer is used.</param>
public sealed record RemoteCache(CacheAddress Address, CacheAddress? Alternate);

/// <summary>
/// Asks the store for all addresses a cache stage needs, when the stage begins: they live as long as the job may. A store that
/// cannot be used is a warning; the cache of the machine is used then.
/// </summary>
internal static class RemoteCacheSearch
{
    public static async Task<(StageContext Context, IReadOnlyList<string> Problems)> FindAsync(
        StageContext context, PlannedStage stage, CancellationToken cancellationToken)
    {
        if (context.CacheStorage is not { } storage)
        {
            return (context, []);
        }

        var places = stage switch
        {
            PlannedStage.RestoreCache restore => restore.Entries.Where(e => e.Policy != CachePolicy.Push).SelectMany(e => e.Candidates),
            PlannedStage.ArchiveCache archive => archive.Entries.Where(e => e.Policy != CachePolicy.Pull).Select(e => e.Own).OfType<CachePlace>(),
            _ => [],
        };
        var found = new Dictionary<string, RemoteCache>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var place in places.DistinctBy(p => p.Key))
        {
            try
            {
                if (await FindAsync(context, storage, place, stage is PlannedStage.RestoreCache, cancellationToken) is { } remote)
                {
                    found[place.Key] = remote;
                }
            }
            catch (CacheStorageException broken)
            {
                problems.Add($"The cache store cannot be used for {place.HumanKey}: {broken.Message}");
            }
        }

        return (context with { RemoteCaches = found }, [.. problems.Distinct()]);
    }

    private static async Task<RemoteCache?> FindAsync(
        StageContext context, ICacheStorage storage, CachePlace place, bool reading, CancellationToken cancellationToken)
    {
        var hashed = context.Plan.Flags[KnownFlags.HashCacheKeys];
        var wanted = new CacheObject
        {
            ProjectId = context.Plan.Payload.JobInfo.ProjectId,
            RunnerShortToken = context.Plan.Runner.ShortToken,
            Key = place.Key,
            Sharded = hashed,
            HumanKey = place.HumanKey,
            Validity = context.Plan.Timeout,
        };
        if (!reading)
        {
            return await storage.ForUploadAsync(wanted, cancellationToken) is { } upload ? new RemoteCache(upload, null) : null;
        }

        var alternate = place.AlternateKey == place.Key
            ? null
            : await storage.ForDownloadAsync(wanted with { Key = place.AlternateKey, Sharded = !hashed }, cancellationToken);
        return await storage.ForDownloadAsync(wanted, cancellationToken) is { } address ? new RemoteCache(address, alternate) : null;
    }
}
