namespace Gantry.Engine.Running;

/// <summary>
/// The three clocks of a job in one place, because one token cannot say why it fired.
/// <list type="bullet">
/// <item><see cref="Script"/>: user cancel or script timeout; after_script and uploads still run.</item>
/// <item><see cref="Job"/>: abort, job timeout or shutdown; nothing but removal of the environment runs.</item>
/// <item><see cref="StartCleanup"/>: a fresh budget that nothing earlier can touch.</item>
/// </list>
/// The first reason wins and is kept. Thread-safe.
/// </summary>
public sealed class JobLifetime : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _job = new();
    private readonly CancellationTokenSource _script;
    private readonly Lock _gate = new();
    private EndReason? _reason;
    private ITimer? _jobTimer;
    private ITimer? _scriptTimer;
    private Phase _phase;

    public JobLifetime(TimeProvider time)
    {
        _time = time;
        _script = CancellationTokenSource.CreateLinkedTokenSource(_job.Token);
    }

    /// <summary>Ends the user's script only; also ends with <see cref="Job"/>.</summary>
    public CancellationToken Script => _script.Token;

    /// <summary>Ends everything but clean-up.</summary>
    public CancellationToken Job => _job.Token;

    /// <summary>Why the job was ended from outside; null while it was not.</summary>
    public EndReason? Reason
    {
        get
        {
            lock (_gate)
            {
                return _reason;
            }
        }
    }

    /// <summary>Starts the job clock (§4.1 step 6). Once.</summary>
    /// <param name="timeout">The job's whole time.</param>
    /// <param name="elapsed">What an earlier process used of it.</param>
    public void StartJobClock(TimeSpan timeout, TimeSpan elapsed) => _jobTimer = _time.CreateTimer(
        _ => End(new EndReason.JobTimeout(timeout), whole: true), null, elapsed < timeout ? timeout - elapsed : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    /// <summary>
    /// From here to <see cref="LeaveScriptPhase"/> a cancel ends the script alone; before, it ends the job (§2.3). After the
    /// script it ends nothing: after_script, caches and artifacts are what a cancelled job is still meant to do (§4.8).
    /// A null limit means the script has no clock of its own.
    /// </summary>
    public void EnterScriptPhase(TimeSpan? limit)
    {
        lock (_gate)
        {
            _phase = Phase.Script;
        }

        if (limit is { } span)
        {
            _scriptTimer = _time.CreateTimer(_ => End(new EndReason.ScriptTimeout(span), whole: false), null, span, Timeout.InfiniteTimeSpan);
        }
    }

    public void LeaveScriptPhase()
    {
        _scriptTimer?.Dispose();
        lock (_gate)
        {
            _phase = Phase.After;
        }
    }

    /// <summary>The user asked for a cancel (<c>Job-Status: canceling</c>). Acts once.</summary>
    public void Cancel()
    {
        Phase phase;
        lock (_gate)
        {
            phase = _phase;
        }

        if (phase != Phase.After)
        {
            End(new EndReason.Canceled(), whole: phase == Phase.Before);
        }
    }

    /// <summary>The server took the job away (<c>canceled</c>, <c>failed</c>, 403, 404 on PUT).</summary>
    public void Abort() => End(new EndReason.Aborted(), whole: true);

    /// <summary>The runner stops now. <paramref name="signal"/> is the text after <c>aborted: </c>, such as <c>terminated</c>.</summary>
    public void Interrupt(string signal) => End(new EndReason.Interrupted(signal), whole: true);

    /// <summary>A new clock for removing the environment; the caller disposes it.</summary>
    public CancellationTokenSource StartCleanup(TimeSpan budget) => new(budget, _time);

    public void Dispose()
    {
        _jobTimer?.Dispose();
        _scriptTimer?.Dispose();
        _script.Dispose();
        _job.Dispose();
    }

    private enum Phase
    {
        Before,
        Script,
        After,
    }

    private void End(EndReason reason, bool whole)
    {
        lock (_gate)
        {
            _reason ??= reason;
        }

        try
        {
            (whole ? _job : _script).Cancel();
        }
        catch (ObjectDisposedException)
        {
            // A timer or an answer that came after the job had ended: there is nothing left to end.
        }
    }
}

/// <summary>Why a job was ended from outside.</summary>
public abstract record EndReason
{
    private EndReason() { }

    public sealed record Canceled : EndReason;

    public sealed record Aborted : EndReason;

    public sealed record JobTimeout(TimeSpan Limit) : EndReason;

    public sealed record ScriptTimeout(TimeSpan Limit) : EndReason;

    public sealed record Interrupted(string Signal) : EndReason;
}
