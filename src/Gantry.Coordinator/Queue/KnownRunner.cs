using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>A runner that showed its token, and the machine that speaks for it.</summary>
/// <param name="Runner">The registration.</param>
/// <param name="ProjectIds">Projects it is assigned to; empty for instance runners.</param>
/// <param name="Machine">The process, known by its <c>system_id</c>.</param>
internal sealed record KnownRunner(RunnerRow Runner, IReadOnlyList<long> ProjectIds, RunnerMachineRow Machine)
{
    /// <summary>Where it answers for terminals of the job that it asks for; null when it offers none.</summary>
    public JobTerminalRow? Terminal { get; init; }
}
