namespace Gantry.Coordinator.Store;

/// <summary>The data directory was written by a newer Gantry.</summary>
public sealed class StoreVersionException(int found, int known)
    : Exception($"The database has schema {found}, this program knows up to {known}: it was written by a newer version. Start that version, or restore a backup.");
