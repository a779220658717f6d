using Gantry.Engine.Executors;
using Renci.SshNet;

namespace Gantry.Executors.Ssh;

/// <summary>Takes what a command writes; valid during the call only.</summary>
internal delegate void RemoteOutput(ReadOnlySpan<byte> bytes);

/// <summary>How a command on the other machine ended.</summary>
/// <param name="Status">Of its process; with a signal 128 and its number.</param>
/// <param name="Signal">Such as <c>KILL</c>; null: none ended it.</param>
internal readonly record struct RemoteExit(int Status, string? Signal)
{
    /// <summary>Another process holds the command's output open.</summary>
    public bool IsHeld { get; init; }
}

/// <summary>
/// One command in a session of its own. The library's streams and calls block: they have threads of their own.
/// </summary>
internal sealed class RemoteCommand : IDisposable
{
    private const int BufferLength = 64 * 1024;

    /// <summary>The library tells of the end of the session, not of the process.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nothing may come after the process has ended, until its output counts as held by somebody else.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The same where something always comes.</summary>
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(10);

    private readonly SshConnection _connection;
    private readonly SshCommand _command;
    private readonly TimeProvider _time;
    private readonly Task _session;
    private readonly Task _outputs;
    private long _lastByte;
    private volatile bool _muted;

    private RemoteCommand(SshConnection connection, SshCommand command, Task session, (RemoteOutput Out, RemoteOutput Error) outputs, TimeProvider time)
    {
        (_connection, _command, _session, _time) = (connection, command, session, time);
        _lastByte = time.GetTimestamp();
        _outputs = Task.WhenAll(OnThread(() => Drain(command.OutputStream, outputs.Out)), OnThread(() => Drain(command.ExtendedOutputStream, outputs.Error)));
    }

    /// <param name="connection">Open.</param>
    /// <param name="text">Read by the user's login shell, whatever that is: quotes and backslashes mean different things to them.</param>
    /// <param name="outputs">Standard output and standard error, each from a thread of its own.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="EnvironmentException">The connection broke, or the server refuses a session.</exception>
    public static async Task<RemoteCommand> StartAsync(
        SshConnection connection, string text, (RemoteOutput Out, RemoteOutput Error) outputs, TimeProvider time)
    {
        SshCommand? command = null;
        try
        {
            command = connection.Client.CreateCommand(text);
            Task? session = null;
            await OnThread(() => session = command.ExecuteAsync(CancellationToken.None));
            return new RemoteCommand(connection, command, session!, outputs, time);
        }
        catch (Exception e) when (SshConnection.IsBreak(e))
        {
            command?.Dispose();
            throw connection.Broken(e);
        }
    }

    /// <summary>Runs a shell to its end that reads a script, the last line of which leaves it.</summary>
    /// <exception cref="EnvironmentException">The connection broke.</exception>
    public static async Task<RemoteExit> RunAsync(
        SshConnection connection, string text, byte[] input, (RemoteOutput Out, RemoteOutput Error) outputs, TimeProvider time, CancellationToken cancellationToken)
    {
        using var command = await StartAsync(connection, text, outputs, time);
        await command.WriteAsync(stream => stream.WriteAsync(input, CancellationToken.None), ends: false, cancellationToken);
        return await command.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Writes to the command's standard input. A command that ends before it has read all of it is no error here. The end of the input is
    /// only told where <paramref name="ends"/> says so: the command must then wait for it. The library does not see that the server has
    /// closed a session while it tells that, and the server ends the whole connection over a session that it does not have any more.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token fired; whatever the writer does then is no longer looked at.</exception>
    public Task WriteAsync(Func<Stream, ValueTask> write, bool ends, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            try
            {
                // Disposed with the command, if not before.
                var input = _command.CreateInputStream();
                await write(input);
                if (ends)
                {
                    await input.DisposeAsync();
                }
            }
            catch (Exception e) when (SshConnection.IsBreak(e))
            {
                // How the command ended, or that it did not, is found out by waiting for it.
            }
        },
        CancellationToken.None).WaitAsync(cancellationToken);

    /// <summary>The command's standard input, once; its writes block.</summary>
    public Stream OpenInput() => _command.CreateInputStream();

    /// <summary>Waits for the process, and for what it has written.</summary>
    /// <exception cref="EnvironmentException">The connection broke, or the server did not say how the process ended.</exception>
    public async Task<RemoteExit> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            long? ended = null;
            while (!_session.IsCompleted)
            {
                await Task.WhenAny(_session, Task.Delay(Glance, _time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
                ended ??= HasEnded ? _time.GetTimestamp() : null;
                if (ended is { } since && (_time.GetElapsedTime(since) > LongestPatience
                    || _time.GetElapsedTime(Math.Max(since, Interlocked.Read(ref _lastByte))) > Patience))
                {
                    return Exit(held: true);
                }
            }

            await _session;
            await _outputs.WaitAsync(cancellationToken);
            return Exit(held: false);
        }
        catch (Exception e) when (SshConnection.IsBreak(e))
        {
            throw _connection.Broken(e);
        }
    }

    /// <summary>What is written from now on is read, so that nobody waits for it, and forgotten.</summary>
    public void Mute() => _muted = true;

    /// <summary>Asks the server to send a signal to the command's processes; not all servers do.</summary>
    public Task SignalAsync() => OnThread(() =>
    {
        try
        {
            _command.CancelAsync(forceKill: true, millisecondsTimeout: 500);
        }
        catch (Exception e) when (SshConnection.IsBreak(e))
        {
            // Then it was of no use.
        }
    });

    public void Dispose()
    {
        _muted = true;
        try
        {
            _command.Dispose();
        }
        catch (Exception e) when (SshConnection.IsBreak(e))
        {
            // The connection is gone, and the session with it.
        }
    }

    /// <summary>Its process has.</summary>
    public bool HasEnded => _command.ExitStatus is not null || _command.ExitSignal is not null;

    private RemoteExit Exit(bool held) => (_command.ExitStatus, _command.ExitSignal) switch
    {
        (_, { Length: > 0 } signal) => new RemoteExit(128 + NumberOf(signal), signal) { IsHeld = held },
        ({ } status, _) => new RemoteExit(status, null) { IsHeld = held },
        _ => throw EnvironmentException.Broken($"{_connection.Name}: wait: remote command exited without exit status or exit signal"),
    };

    private void Drain(Stream stream, RemoteOutput output)
    {
        var buffer = new byte[BufferLength];
        try
        {
            while (stream.Read(buffer, 0, buffer.Length) is > 0 and var read)
            {
                Interlocked.Exchange(ref _lastByte, _time.GetTimestamp());
                if (!_muted)
                {
                    output(buffer.AsSpan(0, read));
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The session is over.
        }
    }

    // The names of RFC 4254, section 6.10.
    private static int NumberOf(string signal) => signal switch
    {
        "HUP" => 1,
        "INT" => 2,
        "QUIT" => 3,
        "ILL" => 4,
        "ABRT" => 6,
        "FPE" => 8,
        "KILL" => 9,
        "USR1" => 10,
        "SEGV" => 11,
        "USR2" => 12,
        "PIPE" => 13,
        "ALRM" => 14,
        "TERM" => 15,
        _ => 0,
    };

    private static Task OnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
