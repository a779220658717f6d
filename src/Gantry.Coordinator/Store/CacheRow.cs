namespace Gantry.Coordinator.Store;

/// <summary>A cache archive of a project; its bytes are on disk.</summary>
/// <param name="Id">Names the file.</param>
/// <param name="ProjectId">Whose it is.</param>
/// <param name="Key">As the runner names it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Hex.</param>
/// <param name="UsedAt">Last read or written, roughly.</param>
internal sealed record CacheRow(long Id, long ProjectId, string Key, long Size, string Sha256, DateTimeOffset UsedAt);
