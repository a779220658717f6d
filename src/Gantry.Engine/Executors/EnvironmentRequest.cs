using Gantry.Engine.Plans;

namespace Gantry.Engine.Executors;

/// <summary>What an executor is told about the job it makes a place for.</summary>
public sealed record EnvironmentRequest
{
    public required JobPlan Plan { get; init; }

    /// <summary>
    /// A folder of the runner's own, private to this job (the journal's, mode 0700), for sockets, scripts and the like.
    /// No job process may reach into it.
    /// </summary>
    public required string JobFolder { get; init; }

    /// <summary>
    /// For executors with <see cref="ExecutorTraits.FoldersComeLater"/>: the plan once more, with what the place says of itself. The
    /// place then carries that plan (<see cref="IReplannedPlace"/>).
    /// </summary>
    public Func<PlaceAnswers, Compilation>? Replan { get; init; }

    /// <summary>What the executor kept for the job before it was requested; null: nothing. Only the first try finds something in it.</summary>
    public IPlaceReservation? Reservation { get; init; }
}

/// <summary>
/// An executor's own note of how to find a job's place again: container ids, a process group. Text pairs so that the
/// journal can keep it without knowing the executor. Never holds secrets.
/// </summary>
public sealed record EnvironmentHandle(string Executor, IReadOnlyDictionary<string, string> Values);
