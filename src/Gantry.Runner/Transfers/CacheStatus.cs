using System.Globalization;
using Gantry.Engine.Archives;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Transfers;

/// <summary>The one line that says what became of a cache: which key, what, how large, how long.</summary>
internal sealed class CacheStatus(ILogger logger, TimeProvider time, string key)
{
    private readonly long _started = time.GetTimestamp();

    public void Hit(string wanted, string archive, string from) =>
        Say(wanted.Length > 0 && wanted != key ? $"stale, in place of {wanted}" : "hit", archive, from);

    public void Stored(string archive, string where) => Say("stored", archive, where);

    public void Unchanged(string archive) => Say("unchanged", archive, "not uploaded");

    private void Say(string what, string archive, string where) => TransferLog.Note(
        logger,
        $"Cache {(key.Length > 0 ? key : Path.GetFileName(archive))}: {what}, {TransferMeter.Bytes((ulong)new FileInfo(archive).Length)}, "
        + $"{time.GetElapsedTime(_started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s, {where}");
}
