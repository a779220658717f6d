namespace Gantry.Coordinator.Artifacts;

/// <summary>An upload went beyond the limit: 413 for the runner.</summary>
internal sealed class ArtifactTooLargeException(long limit) : Exception($"The artifact is larger than {limit} bytes.");
