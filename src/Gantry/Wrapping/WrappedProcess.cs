using Gantry.CommandLine;
using Gantry.Engine.Processes;
using Gantry.Runner.Links;
using Gantry.Terminal;

namespace Gantry.Wrapping;

/// <summary>The process behind <c>gantry wrapper</c>. Thread-safe.</summary>
internal sealed class WrappedProcess : IAsyncDisposable
{
    private readonly ChildProcess _child;
    private readonly CommandContext _context;
    private readonly Lock _gate = new();
    private Callback? _callback;
    private bool _stopping;

    private WrappedProcess(ChildProcess child, CommandContext context) => (_child, _context) = (child, context);

    public WrapperState State
    {
        get
        {
            lock (_gate)
            {
                return _child.Exited.IsCompleted ? WrapperState.Stopped : _stopping ? WrapperState.InShutdown : WrapperState.Running;
            }
        }
    }

    /// <summary>Why the process ended badly; empty when it runs, or ended well.</summary>
    public string FailureReason => _child.Exited.IsCompletedSuccessfully && !_child.Exited.Result.IsSuccess ? _child.Exited.Result.Text : "";

    /// <exception cref="CommandException">It cannot be started.</exception>
    public static WrappedProcess Start(CommandContext context, TimeSpan limit)
    {
        var (output, error) = (ProcessTerminal.OpenOutput(), ProcessTerminal.OpenError());
        try
        {
            return new WrappedProcess(
                ChildProcess.Start(new ProcessStart
                {
                    FileName = context.Host.ExecutablePath,
                    Arguments = context.Arguments,
                    Output = ProcessOutput.To(output.Write),
                    Error = ProcessOutput.To(error.Write),
                    TerminateWait = limit,
                    Time = context.Time,
                }),
                context);
        }
        catch (ProcessException problem)
        {
            throw new CommandException(problem.Message);
        }
    }

    public void Say(string text) => _context.Terminal.Error.WriteLine($"[WRAPPER] {text}");

    /// <summary>Lets running jobs finish. The callback is called when the process has ended.</summary>
    public void Quit(Callback? callback)
    {
        lock (_gate)
        {
            _stopping = true;
            _callback = callback ?? _callback;
        }

        Say("graceful shutdown");
        _child.Quit();
    }

    /// <summary>Ends running jobs.</summary>
    public void Terminate()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        Say("forceful shutdown");
        _ = TerminateAsync();
    }

    /// <returns>The process's own exit status.</returns>
    public async Task<int> EndAsync(CancellationToken cancellationToken)
    {
        var exit = await _child.WaitAsync(cancellationToken);
        Callback? callback;
        lock (_gate)
        {
            callback = _callback;
        }

        if (callback is not null && await callback.SendAsync(cancellationToken) is { } problem)
        {
            Say($"the shutdown callback failed: {problem}");
        }

        Say($"the process ended: {exit.Text}");
        return exit.Signal == 0 ? exit.Code : 128 + exit.Signal;
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private async Task TerminateAsync()
    {
        try
        {
            await _child.TerminateAsync();
        }
        catch (ProcessException problem)
        {
            Say(problem.Message);
        }
    }
}

/// <summary>Numbers of the protocol.</summary>
internal enum WrapperState
{
    Unknown = 0,
    Running = 1,
    InShutdown = 2,
    Stopped = 3,
}
