namespace Gantry.Coordinator.Artifacts;

/// <summary>A received file that belongs to no row yet.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Hex.</param>
internal sealed record ArtifactUpload(string Path, long Size, string Sha256);
