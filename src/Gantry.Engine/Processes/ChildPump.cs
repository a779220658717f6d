using System.Runtime.InteropServices;

namespace Gantry.Engine.Processes;

/// <summary>
/// The one thread that serves a child: feeds its input, hands over its output, collects its exit. It sleeps in
/// <c>poll</c> and is woken by the child's pipes, by the end of the leader (a process descriptor, or a waiting thread
/// where there is none), and by <see cref="Wake"/>.
/// <code>
///   running ──leader ended──► grace ──both pipes closed, or silence, or time is up──► over
/// </code>
/// All that the leader wrote is in the pipes when its end is seen, and they are emptied before anything else is decided:
/// its own output is never cut. Over means the exit is told; if others still hold a pipe it is read on and thrown away,
/// so that they do not die of a closed pipe, until the pump is disposed.
/// </summary>
internal sealed unsafe class ChildPump : IDisposable
{
    private const int BufferSize = 64 * 1024;

    /// <summary>A process may enlarge its pipe up to this; more than this since the leader's end is not the leader's.</summary>
    private const int LargestPipe = 1024 * 1024;

    private readonly int _process;
    private readonly ProcessStart _start;
    private readonly ChildPipes _pipes;
    private readonly OutputSink? _output;
    private readonly OutputSink? _error;
    private readonly ChildInputStream? _input;
    private readonly TaskCompletionSource<ProcessExit> _leader = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProcessExit> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly int _wakeRead;
    private readonly int _wakeWrite;
    private int _processDescriptor;
    private ReadOnlyMemory<byte> _pending;
    private ITimer? _quiet;
    private ITimer? _total;
    private volatile int _status = -1;
    private volatile bool _quietOver;
    private volatile bool _totalOver;
    private volatile bool _disposed;
    private bool _closed;

    /// <summary>Since the leader's end the pipes were found empty once.</summary>
    private bool _emptied;

    private long _readSinceEnd;
    private Exception? _sinkFailure;

    public ChildPump(int process, ProcessStart start, ChildPipes pipes, ChildSinks sinks)
    {
        _process = process;
        _start = start;
        _pipes = pipes;
        (_output, _error, _input) = (sinks.Output, sinks.Error, sinks.Input);
        _pending = start.Input is ProcessInput.Bytes bytes ? bytes.Content : default;
        (_wakeRead, _wakeWrite) = LibC.CreatePipe(parentReads: true);
        _input?.Wakes(Wake);
        _processDescriptor = LibC.OpenProcess(process);
        if (_processDescriptor < 0)
        {
            new Thread(WaitForLeader) { IsBackground = true, Name = "process exit" }.Start();
        }

        new Thread(Run) { IsBackground = true, Name = "process" }.Start();
    }

    /// <summary>The leader itself has ended; its output may still be under way.</summary>
    public Task<ProcessExit> Leader => _leader.Task;

    /// <summary>The leader has ended and its output is handed over.</summary>
    public Task<ProcessExit> Over => _over.Task;

    /// <summary>At <see cref="Over"/> others still held the output open.</summary>
    public bool HasLeftovers { get; private set; }

    /// <summary>Has the thread look at everything again.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                byte one = 1;
                _ = LibC.Write(_wakeWrite, &one, 1);
            }
        }
    }

    /// <summary>Lets go of the pipes. The leader must have ended or is given up.</summary>
    public void Dispose()
    {
        _disposed = true;
        Wake();
    }

    private void Run()
    {
        try
        {
            while (!_disposed && (!_over.Task.IsCompleted || _pipes.AnyOutput))
            {
                Turn();
            }
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            // The thread has no caller: whatever broke must reach those who wait for the child.
            Fail(broken);
        }
        finally
        {
            Close();
        }
    }

    private void Turn()
    {
        var entries = stackalloc LibC.PollEntry[5];
        var wantsInput = WantsInput();
        entries[0] = Entry(_wakeRead, LibC.PollIn);
        entries[1] = Entry(_processDescriptor, LibC.PollIn);
        entries[2] = Entry(wantsInput ? _pipes.Input : -1, LibC.PollOut);
        entries[3] = Entry(_pipes.Output, LibC.PollIn);
        entries[4] = Entry(_pipes.Error, LibC.PollIn);
        if (LibC.Poll(entries, 5, -1) < 0)
        {
            if (Marshal.GetLastPInvokeError() is not LibC.Interrupted)
            {
                throw LibC.Failed("poll");
            }

            return;
        }

        if (entries[0].Returned != 0)
        {
            fixed (byte* buffer = _buffer)
            {
                _ = LibC.Read(_wakeRead, buffer, BufferSize);
            }
        }

        if (entries[2].Returned != 0)
        {
            Feed();
        }

        var came = (entries[3].Returned != 0 && Take(ref _pipes.Output, _output))
            | (entries[4].Returned != 0 && Take(ref _pipes.Error, _error));
        if (entries[1].Returned != 0)
        {
            Collect();
        }

        Judge(came);
    }

    /// <summary>After the leader's end: has the output ended too?</summary>
    private void Judge(bool came)
    {
        if (_status < 0 || _over.Task.IsCompleted)
        {
            return;
        }

        var exit = ProcessExit.FromStatus(_status);
        if (_leader.TrySetResult(exit))
        {
            if (_processDescriptor >= 0)
            {
                _ = LibC.Close(_processDescriptor);
                _processDescriptor = -1;
            }

            _pipes.CloseInput();
            _input?.Refuse();
            if (_pipes.AnyOutput)
            {
                _total = _start.Time.CreateTimer(_ => EndTotal(), null, _start.OutputGrace, Timeout.InfiniteTimeSpan);
                _quiet = _start.Time.CreateTimer(_ => EndQuiet(), null, _start.QuietGrace, Timeout.InfiniteTimeSpan);
            }
        }
        else if (came)
        {
            _quietOver = false;
            _quiet?.Change(_start.QuietGrace, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _emptied = true;
        }

        var timeIsUp = (_totalOver && (_emptied || _readSinceEnd > LargestPipe)) || (_quietOver && !came);
        if (!_pipes.AnyOutput || timeIsUp)
        {
            HasLeftovers = _pipes.AnyOutput;
            Finish(exit);
        }
    }

    private void EndTotal()
    {
        _totalOver = true;
        Wake();
    }

    private void EndQuiet()
    {
        _quietOver = true;
        Wake();
    }

    private void Finish(ProcessExit exit)
    {
        _quiet?.Dispose();
        _total?.Dispose();
        if (_sinkFailure is { } failure)
        {
            _over.TrySetException(new ProcessException($"the output of {_start.FileName} could not be kept: {failure.Message}", failure));
        }
        else
        {
            _over.TrySetResult(exit);
        }
    }

    private bool WantsInput()
    {
        if (_pipes.Input < 0)
        {
            return false;
        }

        if (_pending.IsEmpty && _input is not null)
        {
            _pending = _input.Next();
        }

        if (!_pending.IsEmpty)
        {
            return true;
        }

        if (_input is null || _input.IsComplete)
        {
            _pipes.CloseInput();
        }

        return false;
    }

    private void Feed()
    {
        nint written;
        fixed (byte* bytes = _pending.Span)
        {
            written = LibC.Write(_pipes.Input, bytes, _pending.Length);
        }

        if (written >= 0)
        {
            _pending = _pending[(int)written..];
            if (_pending.IsEmpty)
            {
                _input?.Taken();
            }
        }
        else if (Marshal.GetLastPInvokeError() is var failure && failure != LibC.TryAgain && failure != LibC.Interrupted)
        {
            // The child has closed its end: it wants no more, which is its own affair.
            _pending = default;
            _pipes.CloseInput();
            _input?.Refuse();
        }
    }

    /// <summary>Reads what is there, at most one buffer; true when something came.</summary>
    private bool Take(ref int descriptor, OutputSink? sink)
    {
        nint count;
        fixed (byte* buffer = _buffer)
        {
            count = LibC.Read(descriptor, buffer, BufferSize);
        }

        if (count > 0)
        {
            _readSinceEnd += _status < 0 ? 0 : count;
            HandOver(sink, _buffer.AsSpan(0, (int)count));
            return true;
        }

        if (count == 0 || (Marshal.GetLastPInvokeError() is var failure && failure != LibC.TryAgain && failure != LibC.Interrupted))
        {
            _pipes.Close(ref descriptor);
        }

        return false;
    }

    private void HandOver(OutputSink? sink, ReadOnlySpan<byte> bytes)
    {
        if (sink is null || _sinkFailure is not null || _over.Task.IsCompleted)
        {
            return;
        }

        try
        {
            sink(bytes);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The rest is read and dropped, so that the child can end; the failure is told with its end.
            _sinkFailure = failure;
            _ = LibC.Kill(-_process, LibC.SigKill);
        }
    }

    /// <summary>Takes the exit status, when there is one.</summary>
    private void Collect()
    {
        int status;
        var found = LibC.WaitProcess(_process, &status, LibC.WithoutHanging);
        if (found == _process)
        {
            _status = status;
        }
        else if (found < 0 && Marshal.GetLastPInvokeError() == LibC.NoChild)
        {
            throw new ProcessException($"the exit code of {_start.FileName} was taken by someone else");
        }
    }

    private void WaitForLeader()
    {
        int status, found;
        do
        {
            found = LibC.WaitProcess(_process, &status, 0);
        }
        while (found < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        _status = found == _process ? status : 0x7F00;
        Wake();
    }

    private void Fail(Exception broken)
    {
        var told = broken as ProcessException ?? new ProcessException($"lost {_start.FileName}: {broken.Message}", broken);
        _leader.TrySetException(told);
        _over.TrySetException(told);
    }

    private void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _ = LibC.Close(_wakeRead);
            _ = LibC.Close(_wakeWrite);
        }

        _quiet?.Dispose();
        _total?.Dispose();
        if (_processDescriptor >= 0)
        {
            _ = LibC.Close(_processDescriptor);
        }

        _pipes.Dispose();
        _input?.Refuse();
        if (!_over.Task.IsCompleted)
        {
            Fail(new ProcessException($"{_start.FileName} was given up"));
        }
    }

    private static LibC.PollEntry Entry(int descriptor, short events) => new() { Descriptor = descriptor, Events = events };
}
