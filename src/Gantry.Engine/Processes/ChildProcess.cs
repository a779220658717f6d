using System.Text;

namespace Gantry.Engine.Processes;

/// <summary>
/// A running child of the runner; the only door through which the product starts programs.
/// <para>Order: <see cref="Start"/>; <see cref="WaitAsync"/>, which ends the child when its token fires; dispose, which
/// kills what still runs of it. Unix only: on Windows starting refuses.</para>
/// <para>Threading: all members may be called at the same time.</para>
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>When the child itself has obeyed the signal: for what it started.</summary>
    private static readonly TimeSpan OthersWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(500);

    private readonly ProcessStart _start;
    private readonly ChildPump _pump;
    private readonly HashSet<int> _sessions;
    private readonly Lock _gate = new();

    private ChildProcess(int id, ProcessStart start, ChildPump pump, ChildStreams streams)
    {
        Id = id;
        _start = start;
        _pump = pump;
        _sessions = [id];
        (Input, Output, Error) = (streams.Input ?? Stream.Null, streams.Output ?? Stream.Null, streams.Error ?? Stream.Null);
        _ = CompleteStreamsAsync(streams);
    }

    /// <summary>The process id; also that of its group and session.</summary>
    public int Id { get; }

    /// <summary>With <see cref="ProcessInput.Written"/>: what the child reads. Asynchronous writes only.</summary>
    public Stream Input { get; }

    /// <summary>With <see cref="ProcessOutput.Read"/>: what it prints. Asynchronous reads only.</summary>
    public Stream Output { get; }

    /// <summary>With <see cref="ProcessOutput.Read"/>: its standard error. Asynchronous reads only.</summary>
    public Stream Error { get; }

    /// <summary>The child has ended and its output is handed over. Fails when the output could not be taken.</summary>
    public Task<ProcessExit> Exited => _pump.Over;

    /// <summary>
    /// The child has ended, but others (processes it left in the background) still hold its output open. What they
    /// print from then on is read and dropped.
    /// </summary>
    public bool HasLeftovers => _pump.HasLeftovers;

    /// <summary>Starts a program.</summary>
    /// <exception cref="ProcessException">It cannot be started.</exception>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public static ChildProcess Start(ProcessStart start)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Gantry starts programs on Linux and macOS only, not yet on Windows.");
        }

        SignalDefaults.Prepare();
        var streams = ChildStreams.For(start);
        var pipes = new ChildPipes();
        if (start.Terminal)
        {
            return StartInTerminal(start, streams, pipes);
        }

        Span<int> child = [-1, -1, -1];
        try
        {
            if (start.Input is ProcessInput.Bytes { Content: var whole })
            {
                child[0] = InputFile.Create(whole.Span);
            }

            if (child[0] < 0 && start.Input is not ProcessInput.Nothing)
            {
                (pipes.Input, child[0]) = LibC.CreatePipe(parentReads: false);
            }

            if (start.Output is not ProcessOutput.Nothing)
            {
                (pipes.Output, child[1]) = LibC.CreatePipe(parentReads: true);
            }

            if (start.Error is not ProcessOutput.Nothing)
            {
                (pipes.Error, child[2]) = LibC.CreatePipe(parentReads: true);
            }

            return Serve(PosixSpawn.Start(start, child[0], child[1], child[2]), start, streams, pipes);
        }
        catch (ProcessException)
        {
            pipes.Dispose();
            throw;
        }
        finally
        {
            foreach (var descriptor in child)
            {
                if (descriptor >= 0)
                {
                    _ = LibC.Close(descriptor);
                }
            }
        }
    }

    private static ChildProcess StartInTerminal(ProcessStart start, ChildStreams streams, ChildPipes pipes)
    {
        try
        {
            (pipes.Output, pipes.Input, var path) = PseudoTerminal.Open();
            return Serve(PosixSpawn.Start(start, path), start, streams, pipes);
        }
        catch (ProcessException)
        {
            pipes.Dispose();
            throw;
        }
    }

    private static ChildProcess Serve(int id, ProcessStart start, ChildStreams streams, ChildPipes pipes)
    {
        var sinks = new ChildSinks(SinkOf(start.Output, streams.Output), SinkOf(start.Error, streams.Error), streams.Input);
        return new ChildProcess(id, start, new ChildPump(id, start, pipes, sinks), streams);
    }

    /// <summary>Runs a program to its end and keeps what it prints.</summary>
    /// <param name="start">Its outputs are replaced by captures.</param>
    /// <param name="limit">Bytes kept of each output; more than that of the standard output is an error.</param>
    /// <exception cref="ProcessException">It cannot be started, or printed more than the limit.</exception>
    public static async Task<CapturedRun> RunAsync(ProcessStart start, int limit, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        await using var child = Start(start with
        {
            Output = ProcessOutput.To(bytes =>
            {
                if (output.Length + bytes.Length > limit)
                {
                    throw new ProcessException($"more than {limit} bytes");
                }

                output.Write(bytes);
            }),
            Error = ProcessOutput.To(bytes => error.Write(bytes[..(int)Math.Min(bytes.Length, Math.Max(0, limit - error.Length))])),
        });
        var exit = await child.WaitAsync(cancellationToken);
        return new CapturedRun(exit, output.ToArray(), Encoding.UTF8.GetString(error.GetBuffer(), 0, (int)error.Length));
    }

    /// <summary>
    /// Waits for the child's end and its output. When the token fires it is ended first: terminate, wait, kill.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired; nothing of the child is left running.</exception>
    /// <exception cref="ProcessException">The output could not be taken, or the child does not die.</exception>
    public async Task<ProcessExit> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Exited.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await TerminateAsync();
            throw;
        }
    }

    /// <summary>Asks the child alone to end in its own time: SIGQUIT. Does nothing when it has ended.</summary>
    public void Quit()
    {
        if (!_pump.Leader.IsCompleted)
        {
            _ = LibC.Kill(Id, LibC.SigQuit);
        }
    }

    /// <summary>
    /// Ends the child and what it started: SIGTERM to all of the session, up to <see cref="ProcessStart.TerminateWait"/> for
    /// the child and then at most ten seconds for the others, SIGKILL to all that is left, up to
    /// <see cref="ProcessStart.KillWait"/>.
    /// Output is handed over meanwhile. Does nothing when nothing runs any more.
    /// </summary>
    /// <exception cref="ProcessException">It does not die.</exception>
    public async Task TerminateAsync()
    {
        NoteSessions();
        var rest = _start.TerminateWait < OthersWait ? _start.TerminateWait : OthersWait;
        if (SignalSessions(LibC.SigTerm) && await LeaderGoneWithinAsync(_start.TerminateWait) && await GoneWithinAsync(rest))
        {
            await HandedOverAsync();
            return;
        }

        SignalSessions(LibC.SigKill);
        KillSessions();
        if (!await GoneWithinAsync(_start.KillWait))
        {
            throw new ProcessException($"failed to kill process PID={Id}, likely process is dormant");
        }

        await HandedOverAsync();
    }

    /// <summary>Kills at once what still runs, and lets go of the pipes. Waits only for the kill itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_pump.Leader.IsCompleted)
        {
            NoteSessions();
            SignalSessions(LibC.SigKill);
            await GoneWithinAsync(_start.KillWait);
        }

        if (_pump.HasLeftovers || !_pump.Over.IsCompleted)
        {
            KillSessions();
        }

        _pump.Dispose();
        await Input.DisposeAsync();
        await Output.DisposeAsync();
        await Error.DisposeAsync();
    }

    private static OutputSink? SinkOf(ProcessOutput output, ChildOutputStream? stream) => output switch
    {
        ProcessOutput.Sink sink => sink.Take,
        ProcessOutput.Stream => stream!.Take,
        _ => null,
    };

    private async Task CompleteStreamsAsync(ChildStreams streams)
    {
        await ((Task)_pump.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        streams.Output?.Complete(_pump.Over.Exception?.InnerException);
        streams.Error?.Complete(_pump.Over.Exception?.InnerException);
    }

    private void NoteSessions()
    {
        if (!_pump.Leader.IsCompleted)
        {
            lock (_gate)
            {
                _sessions.UnionWith(ProcessGroup.SessionsBelow(Id));
            }
        }
    }

    private int[] Sessions()
    {
        lock (_gate)
        {
            return [.. _sessions];
        }
    }

    /// <summary>True when somebody got the signal.</summary>
    private bool SignalSessions(int signal)
    {
        var any = false;
        foreach (var session in Sessions())
        {
            // After the leader's end its number may belong to someone else, unless members still hold it.
            if (!_pump.Leader.IsCompleted || ProcessGroup.Members(session).Count > 0)
            {
                any |= ProcessGroup.Signal(session, signal);
            }
        }

        return any;
    }

    private void KillSessions()
    {
        foreach (var session in Sessions())
        {
            ProcessGroup.KillAll(session);
        }
    }

    private async Task<bool> LeaderGoneWithinAsync(TimeSpan limit)
    {
        await ((Task)_pump.Leader.WaitAsync(limit, _start.Time)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _pump.Leader.IsCompleted;
    }

    private async Task<bool> GoneWithinAsync(TimeSpan limit)
    {
        var started = _start.Time.GetTimestamp();
        var look = FirstLook;
        while (!_pump.Leader.IsCompleted || Sessions().Any(session => ProcessGroup.Members(session).Count > 0))
        {
            var left = limit - _start.Time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            // There is no call that waits for a session; looking costs some milliseconds, so ever more rarely.
            var pause = Task.Delay(left < look ? left : look, _start.Time, CancellationToken.None);
            await (_pump.Leader.IsCompleted ? pause : Task.WhenAny(_pump.Leader, pause));
            look = look * 2 < LastLook ? look * 2 : LastLook;
        }

        return true;
    }

    /// <summary>Everything has ended, so the pipes are closed: what is in them comes now.</summary>
    private async Task HandedOverAsync() => await ((Task)_pump.Over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

/// <summary>A program that has run to its end.</summary>
/// <param name="Exit">How it ended.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error as text, cut at the limit.</param>
public sealed record CapturedRun(ProcessExit Exit, byte[] Output, string Error);
