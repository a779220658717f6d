using Gantry.Engine.Executors;
using Gantry.Engine.Stages;

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

    /// <summary>A stage begins, and how the job fared so far: for the journal.</summary>
    public required Action<string, StageOutcome.Failed?> Entering { get; init; }

    /// <summary>The stage whose script still runs since an earlier process; null for a job from its beginning.</summary>
    public BegunStage? Begun { get; init; }

    /// <summary>A stage ended because its place broke: for the operator's log.</summary>
    public required Action<string, EnvironmentException> PlaceBroke { get; init; }

    /// <summary>Everything but the clean-up is done; told whether the job failed.</summary>
    public required Func<bool, Task> BeforeCleanup { get; init; }

    /// <summary>For the operator's log.</summary>
    public required Action<string> CleanupFailed { get; init; }
}

/// <summary>A stage that an earlier process began.</summary>
/// <param name="Name">See <see cref="Plans.PlannedStage.Name"/>.</param>
/// <param name="Elapsed">Since then.</param>
/// <param name="Failure">How the job fared before it; null: well.</param>
internal sealed record BegunStage(string Name, TimeSpan Elapsed, StageOutcome.Failed? Failure);
