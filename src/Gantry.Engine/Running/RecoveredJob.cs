using Gantry.Engine.Executors;
using Gantry.Engine.Plans;

namespace Gantry.Engine.Running;

/// <summary>A job of an earlier process whose script still runs. Whoever takes it runs it to its end, which removes the place.</summary>
/// <param name="Journal">With a stage that is a script of the user's.</param>
/// <param name="Place">See <see cref="Reopening.Running"/>.</param>
/// <param name="LogOffset">See <see cref="Reopening.Running"/>.</param>
public sealed record RecoveredJob(JobJournal Journal, IJobEnvironment Place, long LogOffset)
{
    /// <summary>Those it was planned with.</summary>
    public JobNumbers Numbers => new(Journal.State.RunnerNumber, Journal.State.ProjectNumber);
}
