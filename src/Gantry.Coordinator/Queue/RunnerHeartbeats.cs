using System.Collections.Concurrent;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>
/// Knows runners by their token and keeps their machines up to date. A runner that asks again is remembered until anything
/// about runners changes, so that its question costs no disk; a sign of life is written at most every <see cref="Precision"/> per
/// machine, and nobody waits for it. Thread-safe.
/// </summary>
internal sealed class RunnerHeartbeats
{
    public static readonly TimeSpan Precision = TimeSpan.FromSeconds(15);

    // More machines than this are asked for anew each time.
    private const int Remembered = 20_000;

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<(string TokenHash, string SystemId), Acquaintance> _known = new();
    private long _epoch;

    public RunnerHeartbeats(Database database, ChangeFeed feed, TimeProvider clock)
    {
        (_database, _clock) = (database, clock);
        feed.Listen(changes =>
        {
            if (changes.Any(change => change.Runners))
            {
                Interlocked.Increment(ref _epoch);
                _known.Clear();
            }
        });
    }

    /// <summary>Null when the token is not a runner's.</summary>
    public async Task<KnownRunner?> MeetAsync(string token, RunnerContact contact, CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        var key = (TokenHash.Of(token), contact.SystemId);
        var epoch = Interlocked.Read(ref _epoch);
        if (!_known.TryGetValue(key, out var found) || found.Epoch != epoch || !found.IsGood(contact, now))
        {
            return await LookAsync(token, contact, cancellation) is { } met ? Remember(key, epoch, met) : null;
        }

        if (now - found.Runner.Machine.ContactedAt < Precision)
        {
            return found.Runner;
        }

        var (runner, machine) = (found.Runner.Runner.Id, found.Runner.Machine.Id);
        _database.WriteSoon(session =>
        {
            session.Runners.Touch(runner, now);
            session.Managers.Touch(machine, now);
        });
        return Remember(key, epoch, found.Runner with { Machine = found.Runner.Machine with { ContactedAt = now } });
    }

    private KnownRunner Remember((string TokenHash, string SystemId) key, long epoch, KnownRunner runner)
    {
        if (_known.Count < Remembered)
        {
            _known[key] = new Acquaintance(epoch, runner);
        }

        return runner;
    }

    private async Task<KnownRunner?> LookAsync(string token, RunnerContact contact, CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        var known = await _database.ReadAsync(
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
            machine = await _database.WriteAsync(
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

    /// <param name="Epoch">How often runners had changed before it was read.</param>
    /// <param name="Runner">As it was then.</param>
    private sealed record Acquaintance(long Epoch, KnownRunner Runner)
    {
        public bool IsGood(RunnerContact contact, DateTimeOffset now) =>
            (Runner.Runner.TokenExpiresAt is not { } end || end > now) && !Differs(Runner.Machine, contact);
    }
}
