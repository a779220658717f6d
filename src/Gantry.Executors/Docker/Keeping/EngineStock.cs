using System.Globalization;
using Gantry.Engine.Keeping;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;

namespace Gantry.Executors.Docker.Keeping;

/// <summary>Cache volumes and pulled images of this runner on one engine. Nothing that others made is looked at.</summary>
internal sealed class EngineStock(EngineClient engine, string owner, EngineLedger ledger)
{
    /// <exception cref="EngineException">The engine cannot be asked.</exception>
    public async Task<IReadOnlyList<KeptThing>> FindAsync(CancellationToken cancellationToken)
    {
        var facts = await engine.FactsAsync(cancellationToken);
        var known = ledger.Read(facts.Key(engine.Endpoint));
        var disk = DiskOf(facts);
        return [.. await VolumesAsync(known, disk, cancellationToken), .. await ImagesAsync(known, disk, cancellationToken)];
    }

    /// <summary>Volumes by name, as far as they exist and nothing uses them.</summary>
    /// <param name="lastUsed">Names, and when each was used.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EngineException">The engine cannot be asked.</exception>
    public async Task<IReadOnlyList<KeptThing>> NamedAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken)
    {
        var disk = DiskOf(await engine.FactsAsync(cancellationToken));
        return
        [
            .. (await engine.DiskUsageAsync(cancellationToken)).Volumes
                .Where(volume => lastUsed.ContainsKey(volume.Name) && volume.UsageData is not { RefCount: > 0 })
                .Select(volume => new KeptThing
                {
                    Kind = EngineLedger.Volume,
                    Name = volume.Name,
                    Bytes = Math.Max(0, volume.UsageData?.Size ?? 0),
                    LastUsed = lastUsed[volume.Name],
                    Disk = disk,
                    RemoveAsync = token => TryAsync(() => engine.Volumes.RemoveAsync(volume.Name, token)),
                }),
        ];
    }

    private KeptDisk DiskOf(EngineFacts facts) => engine.Endpoint is EngineEndpoint.UnixSocket && Directory.Exists(facts.DockerRootDir)
        ? KeptDisk.Of(facts.DockerRootDir)
        : new KeptDisk(engine.Endpoint.ToString(), null);

    private async Task<IReadOnlyList<KeptThing>> VolumesAsync(IReadOnlyList<LedgerEntry> known, KeptDisk disk, CancellationToken cancellationToken)
    {
        if (owner.Length == 0)
        {
            return [];
        }

        var mine = (await engine.Volumes.ListAsync([$"{JobLabels.Owner}={owner}"], cancellationToken)).Where(volume => volume.Labels.GetValueOrDefault(JobLabels.Life) == "cache").ToList();
        if (mine.Count == 0)
        {
            return [];
        }

        var sizes = (await engine.DiskUsageAsync(cancellationToken)).Volumes.ToDictionary(volume => volume.Name, volume => volume.UsageData);
        var used = known.Where(entry => entry.Kind == EngineLedger.Volume).ToLookup(entry => entry.Name);
        return
        [
            .. mine.Where(volume => sizes.GetValueOrDefault(volume.Name) is not { RefCount: > 0 }).Select(volume => new KeptThing
            {
                Kind = EngineLedger.Volume,
                Name = volume.Name,
                Bytes = Math.Max(0, sizes.GetValueOrDefault(volume.Name)?.Size ?? 0),
                LastUsed = used[volume.Name].Select(entry => entry.LastUsed).DefaultIfEmpty(Created(volume)).Max(),
                Disk = disk,
                RemoveAsync = token => TryAsync(async () =>
                {
                    await engine.Volumes.RemoveAsync(volume.Name, token);
                    foreach (var entry in used[volume.Name])
                    {
                        ledger.Forget(entry);
                    }
                }),
            }),
        ];
    }

    private async Task<IReadOnlyList<KeptThing>> ImagesAsync(IReadOnlyList<LedgerEntry> known, KeptDisk disk, CancellationToken cancellationToken)
    {
        var things = new List<KeptThing>();
        foreach (var entry in known.Where(entry => entry is { Kind: EngineLedger.Image, IsPulled: true }))
        {
            if (await engine.Images.FindAsync(entry.Id, null, cancellationToken) is not { } image)
            {
                ledger.Forget(entry);
                continue;
            }

            things.Add(new KeptThing
            {
                Kind = EngineLedger.Image,
                Name = entry.Name,
                Bytes = image.Size,
                LastUsed = entry.LastUsed,
                Disk = disk,
                RemoveAsync = token => TryAsync(async () =>
                {
                    // The name may stand for a newer image by now; then only the old one goes.
                    var current = await engine.Images.FindAsync(entry.Name, null, token);
                    await engine.Images.RemoveAsync(current?.Id == entry.Id ? entry.Name : entry.Id, token);
                    ledger.Forget(entry);
                }),
            });
        }

        return things;
    }

    private static DateTimeOffset Created(VolumeDetails volume) =>
        DateTimeOffset.TryParse(volume.CreatedAt, CultureInfo.InvariantCulture, out var at) ? at : DateTimeOffset.UnixEpoch;

    private static async Task<string?> TryAsync(Func<Task> remove)
    {
        try
        {
            await remove();
            return null;
        }
        catch (EngineException e)
        {
            return e.Message;
        }
    }
}
