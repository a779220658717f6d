using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Running;

/// <summary>
/// One container from start to exit with a script on its standard input. The steps:
/// <code>
/// attach ─► wait(next-exit) ─► start ─► script in, half-close ─► output until it ends ─► exit code
///                                              │ connection lost
///                                              ▼
///              running: the container's log from the byte where the stream broke, and a new wait
///              not running, or gone: the place broke
/// </code>
/// Bytes are counted over the life of the container, because its log holds all of its runs. What is handed on is noted, so that
/// another process can read on from the container's log as well when this one is killed (<see cref="ScriptNotes"/>).
/// </summary>
internal sealed class ContainerRun(DockerJob job, string container)
{
    // What the pipes on the way to a shell hold at least: a longer script may still be on its way when this process has given it away,
    // and be lost with it.
    private const int LongestSafeScript = 60_000;

    private static readonly TimeSpan LeftoverOutput = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EngineReturn = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _output;
    private long _error;
    private ScriptNotes? _notes;
    private ScriptPosition _position;
    private NotedScript? _begun;

    /// <summary>With a script that an earlier process started: the first run goes on with it.</summary>
    public static ContainerRun GoingOn(DockerJob job, NotedScript script) => new(job, script.Where)
    {
        _begun = script,
        _position = script.Position,
        _output = script.Position.Output,
        _error = script.Position.Error,
    };

    /// <summary>Container's id or name.</summary>
    public string Container => container;

    /// <exception cref="EnvironmentException">The container or the engine is gone.</exception>
    /// <exception cref="EngineException">The container could not be started.</exception>
    /// <exception cref="OperationCanceledException">The token fired; the container may still run.</exception>
    public async Task<ScriptExit> RunAsync(string script, IJobLog log, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _begun, null) is not null)
        {
            using var going = _notes = ScriptNotes.Continue(job.Folder);
            return await GoOnAsync(log, cancellationToken);
        }

        using var notes = _notes = ScriptNotes.Begin(job.Folder);
        Settle(LogStream.ScriptOutput, log);
        await using var attached = await job.Engine.Containers.AttachAsync(container, input: true, cancellationToken);
        using var pending = await job.Engine.Containers.WaitAsync(container, "next-exit", cancellationToken);
        if (!await job.Engine.Containers.StartAsync(container, cancellationToken))
        {
            throw EnvironmentException.Broken($"container {TruncatedId.Of(container)} was started by somebody else: the script would not run");
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = CopyAsync(attached, log, end.Token);
        var input = FeedAsync(attached, script, notes, end.Token);
        var exit = pending.AnswerAsync(end.Token);
        try
        {
            var code = await EndAsync(new Streams(input, output, exit), log, cancellationToken);
            return Exit(code);
        }
        finally
        {
            // Whatever is still open belongs to a container that has ended, or to a job that has.
            await end.CancelAsync();
            await Quiet(input);
            await Quiet(output);
            await Quiet(exit);
        }
    }

    private async Task<long> EndAsync(Streams streams, IJobLog log, CancellationToken cancellationToken)
    {
        var (_, output, exit) = streams;
        await Quiet(Task.WhenAny(output, exit));
        cancellationToken.ThrowIfCancellationRequested();
        if (!exit.IsCompleted)
        {
            // The exit follows the end of output within milliseconds, unless only the stream broke.
            await Quiet(exit.WaitAsync(Pause, job.Time, cancellationToken));
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (exit.IsCompletedSuccessfully && await exit is { Error: null } answer)
        {
            await Quiet(output.WaitAsync(LeftoverOutput, job.Time, cancellationToken));
            await CheckHandoverAsync(streams, answer.StatusCode, cancellationToken);
            if (!output.IsCompletedSuccessfully)
            {
                await RereadAsync(log, follow: false, cancellationToken);
            }

            await CheckAsync(answer.StatusCode, log, cancellationToken);
            return answer.StatusCode;
        }

        return await RejoinAsync(streams, log, cancellationToken);
    }

    /// <summary>
    /// The container was running a moment ago. Its exit counts when the engine is watching it for us; an exit before that is one that
    /// nobody saw.
    /// </summary>
    private async Task<ScriptExit> GoOnAsync(IJobLog log, CancellationToken cancellationToken)
    {
        var details = await FindAsync(cancellationToken);
        if (!details.State.Running)
        {
            throw EnvironmentException.Broken(
                $"the script ended while no runner looked on (exit code {details.State.ExitCode}), so nobody knows whether it ended by itself");
        }

        using var pending = await job.Engine.Containers.WaitAsync(container, "not-running", cancellationToken);
        await RereadAsync(log, follow: true, cancellationToken);
        var answer = await pending.AnswerAsync(cancellationToken);
        if (answer.Error is { } error)
        {
            throw EnvironmentException.Broken($"the engine does not know how the script ended: {error.Message}");
        }

        await CheckAsync(answer.StatusCode, log, cancellationToken);
        return Exit(answer.StatusCode);
    }

    /// <summary>The stream broke while the container may still run.</summary>
    private async Task<long> RejoinAsync(Streams streams, IJobLog log, CancellationToken cancellationToken)
    {
        var details = await FindAsync(cancellationToken);
        await CheckHandoverAsync(streams, code: 0, cancellationToken);
        if (!streams.Output.IsCompleted && details.State.Running)
        {
            // Only the wait broke; the output still comes.
            await Task.Delay(Pause, job.Time, cancellationToken);
            using var again = await job.Engine.Containers.WaitAsync(container, "not-running", cancellationToken);
            return await EndAsync(streams with { Exit = again.AnswerAsync(cancellationToken) }, log, cancellationToken);
        }

        var exit = streams.Exit;
        if (!details.State.Running)
        {
            // An exit that was seen is an exit; one that nobody saw may be the engine's doing.
            await Quiet(exit.WaitAsync(Pause, job.Time, cancellationToken));
            if (exit.IsCompletedSuccessfully && await exit is { Error: null } answer)
            {
                await RereadAsync(log, follow: false, cancellationToken);
                return answer.StatusCode;
            }

            throw EnvironmentException.Broken(
                $"the connection to the Docker Engine at {job.Engine.Endpoint} was lost while the script ran, and its container has ended since "
                + $"(exit code {details.State.ExitCode}{(details.State.Error.Length > 0 ? ", " + details.State.Error : "")}): the engine was restarted, or the container was stopped by somebody else");
        }

        log.Warning("The output stream of the container broke; reading on from the container's log.");
        using var pending = await job.Engine.Containers.WaitAsync(container, "not-running", cancellationToken);
        await RereadAsync(log, follow: true, cancellationToken);
        return (await pending.AnswerAsync(cancellationToken)).StatusCode;
    }

    /// <summary>
    /// Half a script must not count. A shell that ends early with an error of its own need not have read it all; one that ends well
    /// must, and so must one whose connection is gone.
    /// </summary>
    private async Task CheckHandoverAsync(Streams streams, long code, CancellationToken cancellationToken)
    {
        await Quiet(streams.Input.WaitAsync(Pause, job.Time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (!streams.Input.IsCompletedSuccessfully && (code == 0 || !streams.Output.IsCompletedSuccessfully))
        {
            throw EnvironmentException.Broken($"the container has not read the whole script: the connection to the Docker Engine at {job.Engine.Endpoint} was lost, "
                + "or the entrypoint of the image ended before it had run the shell");
        }
    }

    /// <summary>The container as it is now; waits for an engine that is coming back.</summary>
    private async Task<ContainerDetails> FindAsync(CancellationToken cancellationToken)
    {
        var since = job.Time.GetTimestamp();
        while (true)
        {
            try
            {
                return await job.Engine.Containers.InspectAsync(container, cancellationToken);
            }
            catch (EngineException e) when (e.IsNotFound)
            {
                throw Gone(e);
            }
            catch (EngineException e) when (e.IsUnreachable && job.Time.GetElapsedTime(since) >= EngineReturn)
            {
                throw EnvironmentException.Broken($"the Docker Engine went away while the script ran: {e.Message}", e);
            }
            catch (EngineException e) when (e.IsUnreachable)
            {
                await Task.Delay(Pause, job.Time, cancellationToken);
            }
        }
    }

    /// <summary>Reads the container's log and hands on what was not handed on yet.</summary>
    private async Task RereadAsync(IJobLog log, bool follow, CancellationToken cancellationToken)
    {
        var (output, error) = (_output, _error);
        (_output, _error) = (0, 0);
        try
        {
            await using var stream = await job.Engine.Containers.LogsAsync(container, follow, timestamps: false, cancellationToken);
            await StreamFrames.CopyAsync(stream, (which, bytes) => Deliver(which, bytes, output, error, log), cancellationToken);
        }
        catch (Exception e) when (e is EngineException or IOException)
        {
            throw EnvironmentException.Broken($"the output of the container cannot be read any more: {e.Message}", e);
        }
    }

    private void Deliver(EngineStream stream, ReadOnlySpan<byte> bytes, long knownOutput, long knownError, IJobLog log)
    {
        if (stream is not (EngineStream.Output or EngineStream.Error))
        {
            return;
        }

        ref var count = ref stream == EngineStream.Output ? ref _output : ref _error;
        var known = (int)Math.Clamp((stream == EngineStream.Output ? knownOutput : knownError) - count, 0, bytes.Length);
        count += known;
        bytes = bytes[known..];
        // Whole lines first: behind them the log is settled, and what was handed on can be noted.
        for (var lines = bytes.LastIndexOf((byte)'\n') + 1; bytes.Length > 0; bytes = bytes[lines..], lines = bytes.Length)
        {
            lines = lines == 0 ? bytes.Length : lines;
            count += lines;
            var target = stream == EngineStream.Output ? LogStream.ScriptOutput : LogStream.ScriptError;
            log.Write(target, bytes[..lines]);
            Settle(target, log);
        }
    }

    private void Settle(LogStream stream, IJobLog log)
    {
        if (_notes is { } notes && log is ISettledLog settled && settled.SettledAt(stream) is { } size)
        {
            _position = stream == LogStream.ScriptOutput ? _position with { Output = _output, Log = size } : _position with { Error = _error, Log = size };
            notes.Note(_position);
        }
    }

    private async Task CopyAsync(Stream attached, IJobLog log, CancellationToken cancellationToken) =>
        await StreamFrames.CopyAsync(attached, (stream, bytes) => Deliver(stream, bytes, 0, 0, log), cancellationToken);

    private async Task FeedAsync(HijackedStream attached, string script, ScriptNotes notes, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes(script);
        await attached.WriteAsync(text, cancellationToken);
        await attached.CloseInputAsync();
        if (text.Length <= LongestSafeScript)
        {
            notes.Given(container, job.Time.GetUtcNow());
        }
    }

    /// <summary>137 may be somebody's removal or the kernel's doing; both are worth an own word.</summary>
    private async Task CheckAsync(long code, IJobLog log, CancellationToken cancellationToken)
    {
        if (code is not (137 or 143))
        {
            return;
        }

        try
        {
            var details = await job.Engine.Containers.InspectAsync(container, cancellationToken);
            if (details.State.Status is "removing" or "dead")
            {
                throw Gone(null);
            }

            if (details.State.OOMKilled)
            {
                log.Warning("The container was out of memory: a process was killed by the kernel (see `memory` of [runners.docker]).");
            }
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            throw Gone(e);
        }
    }

    private EnvironmentException Gone(EngineException? inner) => EnvironmentException.Broken(
        $"container {TruncatedId.Of(container)} was removed while the script ran, and not by this runner", inner);

    /// <summary>What the engine says, as a process's exit code: 32 bits with a sign.</summary>
    internal static ScriptExit Exit(long code)
    {
        var signed = unchecked((int)code);
        return new ScriptExit(signed, $"exit code {signed}");
    }

    private sealed record Streams(Task Input, Task Output, Task<WaitAnswer> Exit);

    // The outcome of these tasks is read elsewhere or does not matter any more.
    private static async Task Quiet(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
