using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.States;

/// <summary>
/// The latest attempt of one job, as far as the course of the pipeline depends on it. Plain data, to be kept in a table.
/// </summary>
public sealed record JobState
{
    /// <summary>Unique among the latest attempts of a pipeline.</summary>
    public required string Name { get; init; }

    /// <summary>From 1; a retry makes the next.</summary>
    public int Attempt { get; init; } = 1;

    public required int StageIndex { get; init; }

    public JobStatus Status { get; init; }

    public JobWhen When { get; init; }

    /// <summary>Becomes true for this attempt when it fails with a listed exit code.</summary>
    public bool AllowFailure { get; init; }

    public IReadOnlyList<int> AllowFailureExitCodes { get; init; } = [];

    /// <summary>Waits for <see cref="Needs"/> only.</summary>
    public bool IsDag { get; init; }

    /// <summary>Names of jobs; those that do not exist are ignored.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    public RetryModel Retry { get; init; } = RetryModel.None;

    public bool IsInterruptible { get; init; }

    /// <summary>Enters <see cref="JobStatus.WaitingForResource"/> before it is pending.</summary>
    public bool HasResourceGroup { get; init; }

    /// <summary>Null for a job that a runner takes.</summary>
    public TriggerStrategy? Bridge { get; init; }

    public string? FailureReason { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>A newer attempt has taken this one's place. Only ever true in <see cref="JobChange.After"/>.</summary>
    public bool IsRetried { get; init; }

    /// <summary>The state of a job that was just created.</summary>
    public static JobState Of(JobModel job) => new()
    {
        Name = job.Name,
        StageIndex = job.StageIndex,
        When = job.When,
        AllowFailure = job.AllowFailure,
        AllowFailureExitCodes = job.AllowFailureExitCodes,
        IsDag = job.IsDag,
        Needs = [.. job.Needs.Select(need => need.Job)],
        Retry = job.Retry,
        IsInterruptible = job.Interruptible ?? false,
        HasResourceGroup = job.ResourceGroup is not null,
        Bridge = job.Trigger is { } trigger ? trigger.Strategy : job.MirroredProject is null ? null : TriggerStrategy.Mirror,
    };
}
