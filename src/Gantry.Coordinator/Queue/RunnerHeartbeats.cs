using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>
/// Knows runners by their token and keeps their machines up to date. A sign of life is written at most every
/// <see cref="Precision"/> per machine, unless what it says about itself changed; the reads cost no lock. Thread-safe.
/// </summary>
internal sealed class RunnerHeartbeats(Database database, TimeProvider clock)
{
    public static readonly TimeSpan Precision = TimeSpan.FromSeconds(15);

    /// <summary>Null when the token is not a runner's.</summary>
    public async Task<KnownRunner?> MeetAsync(string token, RunnerContact contact, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var known = await database.ReadAsync(
            session => session.Runners.FindByToken(token, now) is { } runner
                ? (runner, session.Runners.ProjectIds(runner.Id), session.Managers.Find(runner.Id, contact.SystemId))
                : ((RunnerRow, IReadOnlyList<long>, RunnerMachineRow?)?)null,
            cancellation);
        if (known is not var (runner, projects, machine))
        {
            return null;
        }

        if (machine is null || now - machine.ContactedAt >= Precision || Differs(machine, contact))
        {
            machine = await database.WriteAsync(
                session =>
                {
                    session.Runners.Touch(runner.Id, now);
                    return session.Managers.Save(contact.Machine(runner.Id, now));
                },
                cancellation);
        }

        return new KnownRunner(runner, projects, machine);
    }

    private static bool Differs(RunnerMachineRow machine, RunnerContact contact) =>
        machine != contact.Machine(machine.RunnerId, machine.ContactedAt) with { Id = machine.Id, CreatedAt = machine.CreatedAt };
}
