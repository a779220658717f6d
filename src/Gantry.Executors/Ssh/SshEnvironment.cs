using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Ssh;

/// <summary>
/// One job on another machine. Each script is a login shell in a session of its own; what a script leaves running in its session may
/// serve the following stages and ends with the job. A process that starts a session of its own (<c>setsid</c>) stays.
/// </summary>
internal sealed partial class SshEnvironment(SshConnection connection, RemoteHost host, EnvironmentRequest request) : IJobEnvironment, IReplannedPlace
{
    /// <summary>For what has to be done on the other machine when nothing else is waited for any more.</summary>
    private static readonly TimeSpan CleanupLimit = TimeSpan.FromMinutes(1);

    /// <summary>A shell that was started a moment ago tells its name within.</summary>
    private static readonly TimeSpan NameLimit = TimeSpan.FromSeconds(5);

    private const int LongestComplaint = 1_000;

    private readonly RemoteSessions _sessions = RemoteSessions.In(request.JobFolder);

    /// <summary>Commands whose output others still hold: it is read on until the end.</summary>
    private readonly List<RemoteCommand> _held = [];

    public EnvironmentHandle Handle { get; } = new(host.Executor, host.Handle);

    /// <summary>None is needed where files can be reached (<see cref="ReachableSsh"/>).</summary>
    public string? HelperCommand => null;

    public JobPlan Plan { get; private set; } = request.Plan;

    public ExecutorTraits Traits => host.Traits;

    public SshConnection Connection => connection;

    public TimeProvider Time => host.Time;

    /// <summary>From here on the job is planned with folders below the user's home.</summary>
    /// <exception cref="EnvironmentException">It cannot be.</exception>
    public void Adopt(PlaceAnswers answers) => Plan = request.Replan!(answers) switch
    {
        Compilation.Planned planned => planned.Plan,
        Compilation.Refused refused => throw new EnvironmentException(refused.Reason, refused.Message, retriable: false),
        var other => throw new InvalidOperationException(other.ToString()),
    };

    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var mark = NewMark();
        var first = new FirstLine(mark, bytes => log.Write(LogStream.ScriptError, bytes));
        var command = await RemoteCommand.StartAsync(
            connection, RemoteSession.Command(mark, Plan.Shell), (bytes => log.Write(LogStream.ScriptOutput, bytes), first.Take), Time);
        var keep = false;
        try
        {
            var text = Encoding.UTF8.GetBytes(script.Text);
            await command.WriteAsync(stream => stream.WriteAsync(text, CancellationToken.None), ends: false, cancellationToken);
            var exit = await FollowAsync(command, first, cancellationToken);
            if (exit.IsHeld)
            {
                keep = true;
                command.Mute();
                log.Warning("the script has ended, but processes it started hold its output open. What they print from now on is not shown; they are ended with the job.");
            }

            return Told(exit);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await EndAsync(command, first);
            throw;
        }
        finally
        {
            first.End();
            if (keep)
            {
                _held.Add(command);
            }
            else
            {
                command.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (host.Machine is null && !_sessions.IsEmpty)
        {
            await LeaveAsync();
        }

        foreach (var command in _held)
        {
            command.Dispose();
        }

        connection.Dispose();
        if (host.Machine is { } machine)
        {
            await machine.DisposeAsync();
        }
    }

    /// <summary>Ends what an earlier process of the runner left on the other machine.</summary>
    /// <exception cref="EnvironmentException">It cannot be reached.</exception>
    public static async Task SweepAsync(SshSettings settings, string jobFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        var sessions = RemoteSessions.In(jobFolder);
        if (!sessions.IsEmpty)
        {
            using var connection = await SshConnection.OpenAsync(settings, cancellationToken);
            await KillAsync(connection, sessions, time, cancellationToken);
        }
    }

    public static string NewMark() => "gantry-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static ScriptExit Told(RemoteExit exit) => exit is { Status: 0, Signal: null }
        ? ScriptExit.Success
        : new ScriptExit(exit.Status, string.Create(CultureInfo.InvariantCulture, $"Process exited with status {exit.Status}")
            + (exit.Signal is { } signal ? $" from signal {signal}" : ""));

    /// <summary>The session is written down as soon as it is known, so that whatever happens it can be ended.</summary>
    private async Task<RemoteExit> FollowAsync(RemoteCommand command, FirstLine first, CancellationToken cancellationToken)
    {
        var waiting = command.WaitAsync(cancellationToken);
        await Task.WhenAny(waiting, first.Session);
        if (first.Session.IsCompletedSuccessfully && await first.Session is { } session)
        {
            _sessions.Add(session);
        }

        return await waiting;
    }

    /// <summary>Everything of a script that nobody waits for any more: asked, waited for, killed, in bounded time.</summary>
    private async Task EndAsync(RemoteCommand command, FirstLine first)
    {
        var (patience, limit) = (Plan.Runner.GracefulKillTimeout, Plan.Runner.ForceKillTimeout + CleanupLimit);
        using var budget = new CancellationTokenSource(patience + limit, Time);
        try
        {
            var session = await first.Session.WaitAsync(NameLimit, Time, budget.Token);
            if (session is { } known)
            {
                await RunScriptAsync(connection, RemoteSessions.EndScript(known, patience), Time, budget.Token);
                await HearAsync(command, budget.Token);
                return;
            }
        }
        catch (Exception e) when (e is EnvironmentException or OperationCanceledException or TimeoutException)
        {
            Log.NotEnded(host.Logger, Plan.Payload.Id, connection.Name, e.Message);
        }

        // The server may know whose processes they are, and closing the session takes input and output away from them.
        await command.SignalAsync();
    }

    /// <summary>What the processes have said to the very end belongs to the log.</summary>
    private static async Task HearAsync(RemoteCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await command.WaitAsync(cancellationToken);
        }
        catch (EnvironmentException)
        {
            // How it ended is of no interest any more.
        }
    }

    /// <summary>Over the job's connection, or another one when it is lost.</summary>
    private async Task LeaveAsync()
    {
        using var budget = new CancellationTokenSource(CleanupLimit, Time);
        try
        {
            if (!connection.IsLost)
            {
                await KillAsync(connection, _sessions, Time, budget.Token);
                return;
            }

            using var another = await SshConnection.OpenAsync(host.Settings, budget.Token);
            await KillAsync(another, _sessions, Time, budget.Token);
        }
        catch (Exception e) when (e is EnvironmentException or OperationCanceledException)
        {
            Log.NotEnded(host.Logger, Plan.Payload.Id, connection.Name, e.Message);
        }
    }

    private static Task KillAsync(SshConnection connection, RemoteSessions sessions, TimeProvider time, CancellationToken cancellationToken) =>
        RunScriptAsync(connection, sessions.KillScript(), time, cancellationToken);

    private static async Task RunScriptAsync(SshConnection connection, string script, TimeProvider time, CancellationToken cancellationToken)
    {
        using var said = new Complaint(LongestComplaint);
        var exit = await RemoteCommand.RunAsync(connection, "sh", Encoding.UTF8.GetBytes(script), (_ => { }, said.Take), time, cancellationToken);
        if (exit.Status != 0)
        {
            throw EnvironmentException.Broken($"processes are left: {said}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {job}: what it runs on {host} could not be ended: {why}")]
        public static partial void NotEnded(ILogger logger, long job, string host, string why);
    }
}
