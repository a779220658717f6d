using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Kubernetes.Api;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>
/// One script in a pod from its start to its exit, over as many connections as that takes (docs/adr/0026):
/// <code>
/// start ─► output ─► exit
///             │ connection broken
///             ▼
///          follow from the first byte that has not come ─► output ─► exit
///             │ the script had not begun
///             ▼
///          start, in another folder
/// </code>
/// Meanwhile the pod is looked at: when it goes, nothing is followed any more.
/// </summary>
internal sealed partial class LastingScript(PodPlace place, PodScripts scripts, IReadOnlyList<string> shell, ReadOnlyMemory<byte> text, TimeProvider time)
{
    /// <summary>How long nothing may come after the script has ended, until its output counts as held by somebody else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The same where something always comes.</summary>
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    /// <summary>A connection that lived this long was a good one.</summary>
    private static readonly TimeSpan Good = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Times in a row that the cluster may refuse, and that a script may not begin.</summary>
    private const int Limit = 5;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _runs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly KeptOutput _kept = new(scripts, time);
    private string _folder = "";
    private CancellationToken _over;
    private bool _given;
    private bool _begun;
    private bool _plain;
    private bool _told;
    private bool _waits;
    private volatile bool _closed;
    private volatile bool _never;
    private volatile bool _last;
    private volatile bool _muted;
    private int _breaks;
    private int _refusals;
    private int _starts;
    private long _came;
    private long _bytes;
    private ScriptPosition _position;

    public required IJobLog JobLog { get; init; }
    public required PodWatch Watch { get; init; }
    public required ILogger Logger { get; init; }
    public required long JobId { get; init; }
    public required ScriptNotes Notes { get; init; }

    /// <summary>An earlier process started it: it is followed from there. Null: it is to be started.</summary>
    public NotedScript? Begun { get; init; }

    /// <summary>A connection to a script that has ended and whose output others still have: to be read on. Null: there is none.</summary>
    public (PodExec Exec, Task Reading)? Held { get; private set; }

    /// <summary>Ends when the pod says that the script has begun, whatever becomes of it.</summary>
    public Task Runs => _runs.Task;

    /// <summary>The job is being ended: a script that has not been given to the pod is given to it no more.</summary>
    /// <returns>The folder of one whose text is on its way, and which may still begin. Null: there is none.</returns>
    public string? BeginNoMore()
    {
        lock (_gate)
        {
            _closed = true;
            return _given && !_runs.Task.IsCompleted ? _folder : null;
        }
    }

    /// <summary>What was on its way has been kept from beginning.</summary>
    public void NeverBegins() => _never = true;

    /// <summary>Everything in the container is being killed: a connection that ends now is not made anew.</summary>
    public void MakeLast() => _last = true;

    /// <exception cref="EnvironmentException">The pod is gone, or cannot be reached.</exception>
    public async Task<ScriptEnd> RunAsync(CancellationToken cancellationToken)
    {
        if (Begun is { } begun)
        {
            (_folder, _given, _begun, _position) = (begun.Where, true, true, begun.Position);
            _came = begun.Position.Output;
            _runs.SetResult();
        }

        Settle();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _over = over.Token;
        // The process before may have left what it had, and the script may be waiting for room.
        Trim();
        var watching = Watch.UntilEndAsync(over.Token);
        try
        {
            while (true)
            {
                var since = time.GetTimestamp();
                if (await ConnectAsync(watching, cancellationToken) is { } end)
                {
                    return end;
                }

                // Not by what came: a job that prints a byte and ends who shows it must not keep the cluster busy.
                _breaks = time.GetElapsedTime(since) >= Good ? 0 : _breaks + 1;
                var pause = _breaks <= 1 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(500 * Math.Pow(2, _breaks - 2), LongestPause.TotalMilliseconds));
                await Task.WhenAny(watching, Task.Delay(pause, time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                if (watching.IsCompletedSuccessfully)
                {
                    return new ScriptEnd(0, await watching);
                }
            }
        }
        finally
        {
            await over.CancelAsync();
            await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _kept.EndAsync();
        }
    }

    /// <returns>Null: another connection is needed.</returns>
    private async Task<ScriptEnd?> ConnectAsync(Task<PodEnd> watching, CancellationToken cancellationToken)
    {
        var starts = !_given;
        if (starts && _closed)
        {
            return new ScriptEnd(137, null);
        }

        _folder = starts ? scripts.NewFolder() : _folder;
        var mark = new EndMark(bytes => Give(bytes.Span), () => Notes.Given(_folder, time.GetUtcNow()));
        var words = starts ? PodPrograms.ToStart(_folder, mark, text.Length, shell) : PodPrograms.ToFollow(_folder, mark, _came, _begun);
        PodExec exec;
        try
        {
            exec = await PodExec.StartAsync(place.Cluster, scripts.Command(words) with { Input = starts }, cancellationToken);
        }
        catch (ClusterException e)
        {
            return await RefusedAsync(e, starts, cancellationToken);
        }

        if (!MayGive(starts))
        {
            // Without its text nothing begins.
            await exec.DisposeAsync();
            return new ScriptEnd(137, null);
        }

        _refusals = 0;
        var reading = exec.ReadAsync(Take, bytes => Hear(mark, bytes), cancellationToken);
        var writing = starts ? exec.WriteAllAsync(token => exec.WriteAsync(text, token), cancellationToken) : Task.CompletedTask;
        var isKept = false;
        try
        {
            var end = await FollowAsync(reading, mark, starts, watching, cancellationToken);
            if (end is { IsHeld: true })
            {
                (isKept, _muted, Held) = (true, true, (exec, reading));
            }

            return end ?? await BrokenAsync(reading, mark, cancellationToken);
        }
        finally
        {
            if (!isKept)
            {
                await exec.DisposeAsync();
                await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                mark.End();
            }
        }
    }

    private bool MayGive(bool starts)
    {
        lock (_gate)
        {
            _given = !starts || !_closed;
            return _given;
        }
    }

    private void Hear(EndMark mark, ReadOnlySpan<byte> bytes)
    {
        mark.Take(bytes);
        if (mark.HasBegun || mark.IsPlain)
        {
            _runs.TrySetResult();
        }
    }

    /// <summary>Until the program in the pod has ended, or said how the script did, or the pod is gone.</summary>
    /// <returns>Null: the connection is of no more use.</returns>
    private async Task<ScriptEnd?> FollowAsync(Task<PodExit> reading, EndMark mark, bool starts, Task<PodEnd> watching, CancellationToken cancellationToken)
    {
        await Task.WhenAny(reading, mark.Ended, watching).WaitAsync(cancellationToken);
        if (!reading.IsCompleted)
        {
            // The rest of the output is on its way.
            await QuietAsync(reading, cancellationToken);
        }

        (_begun, _plain) = (_begun || mark.HasBegun || mark.IsPlain || mark.Ended.IsCompleted, _plain || mark.IsPlain);
        if (mark.Ended.IsCompletedSuccessfully && (_plain || !reading.IsFaulted))
        {
            var code = await mark.Ended;
            return reading.IsCompleted ? new ScriptEnd(code, null)
                : _plain || !await HasAllAsync(cancellationToken) ? new ScriptEnd(code, null) { IsHeld = true }
                : null;
        }

        if (_plain && starts && reading.IsCompletedSuccessfully)
        {
            // Even the shell of ours was ended: by the job itself, or with the container.
            var code = (await reading).Code;
            return new ScriptEnd(code, code == 0 ? null : await Watch.EndAsync(cancellationToken));
        }

        return watching.IsCompletedSuccessfully ? new ScriptEnd(0, await watching) : null;
    }

    /// <summary>What is to be done about a connection that has ended without the end of the script.</summary>
    /// <returns>Null: connect again.</returns>
    private async Task<ScriptEnd?> BrokenAsync(Task<PodExit> reading, EndMark mark, CancellationToken cancellationToken)
    {
        var why = reading.IsFaulted ? reading.Exception.InnerException!.Message : "the program that showed its output has ended";
        if (await Watch.EndAsync(cancellationToken) is { } end)
        {
            return new ScriptEnd(0, end);
        }

        if (mark.WasKilled || _last || _never)
        {
            return new ScriptEnd(137, null);
        }

        if (_plain)
        {
            throw EnvironmentException.Broken($"the connection to the script in pod \"{place.Pod}\" broke: {why}. The image has not got all of {PodPrograms.Needs}, "
                + $"or {_folder} cannot be written, so its output was kept nowhere");
        }

        if (mark.IsGone || (mark.NeverBegan && (_begun || _came > 0)))
        {
            throw EnvironmentException.Broken($"the connection to the script in pod \"{place.Pod}\" broke, and the job has removed {_folder}, where its output was kept");
        }

        if (mark.NeverBegan)
        {
            _given = false;
            if (++_starts >= Limit)
            {
                throw EnvironmentException.Broken($"the script could not be started in pod \"{place.Pod}\": it has not come there whole in {_starts} tries");
            }
        }

        Log.Again(Logger, JobId, place.Pod, why, _came);
        if (!mark.NeverBegan && !_told)
        {
            _told = true;
            JobLog.Warning($"The connection to the script in pod \"{place.Pod}\" broke ({why}); reading on from the byte where it broke.");
        }

        return null;
    }

    /// <returns>Null: try again.</returns>
    private async Task<ScriptEnd?> RefusedAsync(ClusterException refused, bool starts, CancellationToken cancellationToken)
    {
        if (await Watch.EndAsync(cancellationToken) is { } end)
        {
            return starts ? throw EnvironmentException.Broken(end.Text, refused) : new ScriptEnd(0, end);
        }

        // A server that is away may come back, and a node that it does not reach (500); one that says no means it, unless it has just come back.
        if (!refused.IsTransient && (starts || (refused.Status < 500 && ++_refusals >= Limit)))
        {
            throw EnvironmentException.Broken(starts
                ? $"the script could not be started in pod \"{place.Pod}\": {refused.Message}"
                : $"the connection to the script in pod \"{place.Pod}\" broke, and there is no new one: {refused.Message}", refused);
        }

        Log.Again(Logger, JobId, place.Pod, refused.Message, _came);
        if (starts && !_waits)
        {
            _waits = true;
            JobLog.Warning($"The script cannot be started in pod \"{place.Pod}\" yet: {refused.Message}; trying again.");
        }

        return null;
    }

    /// <summary>
    /// Counted in looks, not by the clock: a runner that was kept from running must not take for silence what lies there unread.
    /// </summary>
    private async Task QuietAsync(Task reading, CancellationToken cancellationToken)
    {
        var (quiet, last) = (0, Interlocked.Read(ref _bytes));
        for (var look = 0; look < LongestPatience / Glance && quiet < Patience / Glance && !reading.IsCompleted; look++)
        {
            await Task.WhenAny(reading, Task.Delay(Glance, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = Interlocked.Read(ref _bytes);
            (quiet, last) = (bytes == last ? quiet + 1 : 0, bytes);
        }
    }

    /// <summary>No more output will come: a connection that does not end all the same is dead.</summary>
    private async Task<bool> HasAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await scripts.AskAsync(PodPrograms.ToAskForEnd(_folder), cancellationToken) is { Length: > 0 };
        }
        catch (ClusterException)
        {
            return false;
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        // Whole lines first: behind them the log is settled, and what was handed on can be noted.
        for (var lines = bytes.LastIndexOf((byte)'\n') + 1; bytes.Length > 0; bytes = bytes[lines..], lines = bytes.Length)
        {
            lines = lines == 0 ? bytes.Length : lines;
            _came += lines;
            Give(bytes[..lines]);
            Settle();
        }

        Trim();
    }

    private void Trim()
    {
        if (!_plain && !_muted)
        {
            _kept.Has(_folder, _came, _over);
        }
    }

    private void Settle()
    {
        if (!_muted && JobLog is ISettledLog settled && settled.SettledAt(LogStream.ScriptOutput) is { } size)
        {
            _position = _position with { Output = _came, Log = size };
            Notes.Note(_position);
        }
    }

    private void Give(ReadOnlySpan<byte> bytes)
    {
        Interlocked.Add(ref _bytes, bytes.Length);
        if (!_muted)
        {
            JobLog.Write(LogStream.ScriptOutput, bytes);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {job}: the connection to its script in pod {pod} broke: {why}. Trying again from byte {offset}")]
        public static partial void Again(ILogger logger, long job, string pod, string why, long offset);
    }
}
