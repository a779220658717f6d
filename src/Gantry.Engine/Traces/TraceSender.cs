using Gantry.Engine.Links;

namespace Gantry.Engine.Traces;

/// <summary>
/// Brings one job's spool to the server: a patch per tick while the job runs, keep-alives when there is nothing to
/// send, and the final report with retries (official-job-protocol §2.2 to §2.4).
/// <para>Order: <see cref="Start"/> as soon as the job is received; <see cref="FinishAsync"/> when it has ended, or
/// <see cref="StopAsync"/> to leave without a report; disposing stops too. One caller at a time.</para>
/// </summary>
public sealed class TraceSender(TraceSpool spool, IJobLink link, TraceSenderSettings settings, TimeProvider time) : IAsyncDisposable
{
    private const int PatchSize = 1024 * 1024;

    /// <summary>A server that keeps refusing the offset it named itself makes the try fail rather than last for ever.</summary>
    private const int MostMismatches = 20;

    /// <summary>So often a job may be unknown before that is believed.</summary>
    private const int MostUnknown = 3;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ForceSendInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestForceSendInterval = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(60);

    private readonly CancellationTokenSource _stop = new();
    private byte[]? _buffer;
    private Task _loop = Task.CompletedTask;
    private long _offset = settings.SentOffset;
    private long _lastSent;
    private bool _named;
    private bool _cancelCalled;
    private bool _aborted;
    private bool _finishing;
    private FinishResult? _finished;

    /// <summary>The server has the log up to here.</summary>
    public long SentOffset => Volatile.Read(ref _offset);

    /// <summary>Between two patches at present.</summary>
    public TimeSpan Interval { get; private set; } = settings.Interval;

    /// <summary>Starts the loop. Once.</summary>
    public void Start()
    {
        _lastSent = time.GetTimestamp();
        _loop = LoopAsync(_stop.Token);
    }

    /// <summary>
    /// Ends the loop without a report (the job was never ours, or another process goes on). Waits for a call under way.
    /// </summary>
    public Task StopAsync()
    {
        _stop.Cancel();
        return _loop;
    }

    /// <summary>
    /// Sends the rest of the log and the final state. The spool is sealed first. Calling it again does nothing.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired: the process stops, the journal keeps what is left to do.</exception>
    public async Task<FinishResult> FinishAsync(FinalUpdate final, CancellationToken cancellationToken)
    {
        spool.Seal();
        await StopAsync().WaitAsync(cancellationToken);
        if (_finished is { } earlier)
        {
            return earlier;
        }

        _finishing = true;
        var backOff = FirstBackOff;
        for (var attempt = 1; ; attempt++)
        {
            Interval = settings.Interval;
            if (await TryFinishAsync(final, cancellationToken) is { } result)
            {
                _finished = result;
                _buffer = null;
                return result;
            }

            if (attempt >= settings.FinalUpdateTries)
            {
                return FinishResult.GaveUp;
            }

            await Task.Delay(backOff, time, cancellationToken);
            backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>When a keep-alive is due although nothing was written (§2.2 step 5).</summary>
    internal static TimeSpan ForceSendAfter(TimeSpan interval, bool dynamic)
    {
        if (!dynamic)
        {
            return ForceSendInterval;
        }

        var fourfold = interval * 4;
        return fourfold < ForceSendInterval ? ForceSendInterval
            : fourfold > LongestForceSendInterval ? LongestForceSendInterval
            : fourfold;
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        while (!_aborted)
        {
            await Task.Delay(Interval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            await TickAsync();
        }
    }

    private async Task TickAsync()
    {
        // A call under way is not torn: whether its bytes arrived would be unknown. It ends by the link's own limits.
        for (var patch = 0; patch < (_named ? settings.PatchesPerTick : 1) && !_stop.IsCancellationRequested; patch++)
        {
            var (result, length) = await PatchAsync(CancellationToken.None);
            if (_aborted || result is not PatchResult.Succeeded)
            {
                return;
            }

            if (length < PatchSize)
            {
                break;
            }
        }

        if (time.GetElapsedTime(_lastSent) > ForceSendAfter(Interval, settings.DynamicForceSendInterval))
        {
            await KeepAliveAsync();
        }
    }

    private async Task KeepAliveAsync()
    {
        var digest = spool.Digest;
        var answer = await link.UpdateAsync(
            new JobUpdate { State = JobUpdateState.Running, Checksum = digest.Checksum, ByteSize = digest.Size },
            CancellationToken.None);
        Apply(answer.Interval);
        if (answer.Result == UpdateResult.Succeeded)
        {
            _lastSent = time.GetTimestamp();
        }

        Obey(answer.CancelRequested, answer.Result == UpdateResult.Abort);
    }

    /// <summary>Sends the next piece. Nothing to send is a success without a request.</summary>
    private async Task<(PatchResult Result, int Length)> PatchAsync(CancellationToken cancellationToken)
    {
        var length = (int)Math.Clamp(spool.Size - _offset, 0, PatchSize);
        if (length == 0)
        {
            return (PatchResult.Succeeded, 0);
        }

        if (_buffer is null || _buffer.Length < length)
        {
            // Most logs are small; only a fast one pays for a whole megabyte.
            _buffer = new byte[length <= PatchSize / 16 ? PatchSize / 16 : PatchSize];
        }

        length = spool.Read(_offset, _buffer.AsSpan(0, length));
        var answer = await link.PatchTraceAsync(
            new TracePatch(_offset, _buffer.AsMemory(0, length), settings.DebugTrace), cancellationToken);
        Apply(answer.Interval);
        if (answer.Result is PatchResult.Succeeded or PatchResult.RangeMismatch)
        {
            Volatile.Write(ref _offset, Math.Max(0, answer.NextOffset));
            _lastSent = time.GetTimestamp();
            settings.Sent?.Invoke(_offset);
        }

        Obey(answer.CancelRequested, answer.Result == PatchResult.Abort);
        return (answer.Result, length);
    }

    /// <summary>One try of §2.4 step 2; null when it failed.</summary>
    private async Task<FinishResult?> TryFinishAsync(FinalUpdate final, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!await FlushAsync(cancellationToken))
            {
                return null;
            }

            var digest = spool.Digest;
            var answer = await link.UpdateAsync(
                new JobUpdate
                {
                    State = final.State,
                    FailureReason = final.FailureReason,
                    ExitCode = final.ExitCode,
                    Checksum = digest.Checksum,
                    ByteSize = digest.Size,
                },
                cancellationToken);
            Apply(answer.Interval);
            switch (answer.Result)
            {
                case UpdateResult.Succeeded:
                    return FinishResult.Delivered;
                case UpdateResult.Abort:
                    return FinishResult.Refused;
                case UpdateResult.LogRejected:
                    Volatile.Write(ref _offset, 0);
                    settings.Sent?.Invoke(0);
                    break;
                case UpdateResult.Failed:
                    await Task.Delay(Interval, time, cancellationToken);
                    return null;
                case UpdateResult.AcceptedNotCompleted:
                    break;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>Sends what is left without pausing; false when the try has failed.</summary>
    private async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var (mismatches, unknown) = (0, 0);
        while (SentOffset < spool.Size)
        {
            switch ((await PatchAsync(cancellationToken)).Result)
            {
                case PatchResult.Succeeded:
                    break;
                case PatchResult.NotFound when ++unknown < MostUnknown:
                    // A proxy whose server is being replaced says so, too.
                    await Task.Delay(Interval, time, cancellationToken);
                    break;
                case PatchResult.Abort or PatchResult.NotFound:
                    return true;
                case PatchResult.RangeMismatch when ++mismatches < MostMismatches:
                    await Task.Delay(Interval, time, cancellationToken);
                    break;
                default:
                    await Task.Delay(Interval, time, cancellationToken);
                    return false;
            }
        }

        return true;
    }

    private void Apply(TimeSpan? interval)
    {
        if (interval is { } named && named > TimeSpan.Zero)
        {
            Interval = named < LongestInterval ? named : LongestInterval;
            _named = true;
        }
    }

    private void Obey(bool cancel, bool abort)
    {
        if (_finishing)
        {
            // The job has ended: there is nothing left to stop.
            return;
        }

        if (abort)
        {
            if (!_aborted)
            {
                _aborted = true;
                settings.Abort();
            }
        }
        else if (cancel && !_cancelCalled && !_aborted)
        {
            _cancelCalled = true;
            settings.Cancel();
        }
    }
}
