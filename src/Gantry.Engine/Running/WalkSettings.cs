using Gantry.Engine.Executors;

namespace Gantry.Engine.Running;

/// <summary>What a walk needs besides the plan.</summary>
internal sealed record WalkSettings
{
    public required TimeProvider Time { get; init; }

    /// <summary>Ends with <c>prepare_timeout</c>, which covers the executor's preparation and <c>prepare_script</c> together.</summary>
    public required CancellationToken Prepare { get; init; }

    public required TimeSpan GetSourcesLimit { get; init; }

    /// <summary>What is left of the job's time.</summary>
    public required Func<TimeSpan> Remaining { get; init; }

    /// <summary>A stage begins: for the journal.</summary>
    public required Action<string> Entering { get; init; }

    /// <summary>A stage ended because its place broke: for the operator's log.</summary>
    public required Action<string, EnvironmentException> PlaceBroke { get; init; }

    /// <summary>Everything but the clean-up is done; told whether the job failed.</summary>
    public required Func<bool, Task> BeforeCleanup { get; init; }

    /// <summary>For the operator's log.</summary>
    public required Action<string> CleanupFailed { get; init; }
}
