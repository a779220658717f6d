namespace Gantry.Engine.Keeping;

/// <summary>How much may stay. Without a budget and a floor, nothing may.</summary>
/// <param name="MaxBytes">All things together; null for any size.</param>
/// <param name="MinFree">Bytes that each disk must have free; null for none.</param>
/// <param name="UnusedFor">What was used within this time stays in any case: a job may be using it.</param>
public sealed record PruneLimits(long? MaxBytes, long? MinFree, TimeSpan UnusedFor)
{
    /// <summary>What has to go, the longest unused first.</summary>
    public IReadOnlyList<KeptThing> Choose(IReadOnlyList<KeptThing> things, DateTimeOffset now)
    {
        var chosen = new List<KeptThing>();
        var total = things.Sum(thing => thing.Bytes);
        var freed = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var thing in things.Where(thing => now - thing.LastUsed >= UnusedFor).OrderBy(thing => thing.LastUsed))
        {
            var won = freed.GetValueOrDefault(thing.Disk.Name);
            var tooMuch = MaxBytes is { } most && total > most;
            var tooFull = MinFree is { } least && thing.Disk.Free is { } free && free + won < least;
            if (tooMuch || tooFull || (MaxBytes is null && MinFree is null))
            {
                chosen.Add(thing);
                total -= thing.Bytes;
                freed[thing.Disk.Name] = won + thing.Bytes;
            }
        }

        return chosen;
    }
}
