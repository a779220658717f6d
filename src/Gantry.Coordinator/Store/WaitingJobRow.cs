namespace Gantry.Coordinator.Store;

/// <summary>A job that waits for a runner, with no more than what decides which runner may take it.</summary>
internal sealed record WaitingJobRow
{
    public required long Id { get; init; }
    public required long ProjectId { get; init; }
    public required bool Protected { get; init; }
    public required IReadOnlyList<string> TagList { get; init; }
    public required bool InstanceRunnersEnabled { get; init; }

    /// <summary>Jobs of its project that run on instance runners now: those with fewer come first.</summary>
    public required long RunningOnInstanceRunners { get; init; }
}
