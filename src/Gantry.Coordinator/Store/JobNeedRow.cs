namespace Gantry.Coordinator.Store;

/// <summary>One <c>needs</c> entry of a job inside its pipeline.</summary>
internal sealed record JobNeedRow(long JobId, string Name, bool Artifacts, bool Optional);
