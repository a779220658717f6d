using System.Globalization;
using Gantry.CommandLine;
using Gantry.Engine.Plans;
using Gantry.Runner.Control;
using Gantry.Services;

namespace Gantry.Commands;

/// <summary>Commands that talk to the running daemon over its socket: <c>drain</c>, <c>undrain</c>, <c>status</c>.</summary>
internal static class ControlCommands
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    public static Command Drain()
    {
        var flags = new FlagSet();
        var place = new DaemonFlags(flags);
        var wait = flags.Switch("wait", "return when no job runs any more");
        var timeout = flags.Duration("timeout", "with --wait: give up after so long, with exit status 2");
        return new Command("drain", "let the running daemon take no more jobs", flags, async (context, cancellationToken) =>
        {
            await using var daemon = await place.ConnectAsync(context, cancellationToken);
            var status = await AskAsync(daemon, "drain", cancellationToken);
            context.Terminal.Output.WriteLine($"Draining: no more jobs are taken; {Count(status.Jobs.Count, "job")} running.");
            if (!wait.Value)
            {
                return 0;
            }

            var started = context.Time.GetTimestamp();
            while (status.Jobs.Count > 0)
            {
                if (timeout.Value > TimeSpan.Zero && context.Time.GetElapsedTime(started) >= timeout.Value)
                {
                    context.Terminal.Error.WriteLine($"Still {Count(status.Jobs.Count, "job")} running after {GoDuration.Format(timeout.Value)}.");
                    return 2;
                }

                await Task.Delay(Look, context.Time, cancellationToken);
                status = await AskAsync(daemon, "status", cancellationToken);
            }

            context.Terminal.Output.WriteLine("No job runs any more.");
            return 0;
        })
        {
            Group = CommandGroup.Daemon,
            Details = "Running jobs go on; the daemon stays and answers. gantry undrain takes jobs again.",
        };
    }

    public static Command Undrain()
    {
        var flags = new FlagSet();
        var place = new DaemonFlags(flags);
        return new Command("undrain", "let the running daemon take jobs again", flags, async (context, cancellationToken) =>
        {
            await using var daemon = await place.ConnectAsync(context, cancellationToken);
            await AskAsync(daemon, "undrain", cancellationToken);
            context.Terminal.Output.WriteLine("Jobs are taken again.");
            return 0;
        })
        { Group = CommandGroup.Daemon };
    }

    public static Command Status()
    {
        var flags = new FlagSet();
        var service = new ServiceFlags(flags);
        var place = new DaemonFlags(flags);
        return new Command("status", "get status of a service and of the running daemon", flags, async (context, cancellationToken) =>
        {
            var system = ServiceHost.Detect(context.Host);
            var name = service.NameOn(system);
            var (running, line) = await ServiceLineAsync(system, service, context, cancellationToken);
            await using var daemon = await place.TryConnectAsync(context, cancellationToken);
            if (daemon is null)
            {
                (running ? context.Terminal.Output : context.Terminal.Error).WriteLine($"{name}: {line}");
                return running ? 0 : 1;
            }

            context.Terminal.Output.WriteLine($"{name}: Service is running");
            Write(context.Terminal.Output, await AskAsync(daemon, "status", cancellationToken));
            return 0;
        })
        {
            Group = CommandGroup.Service,
            Details = "Exit status 0: it runs, as a service or started by hand; 1: it does not.",
        };
    }

    private static async Task<(bool Running, string Line)> ServiceLineAsync(
        IServiceSystem? system, ServiceFlags service, CommandContext context, CancellationToken cancellationToken)
    {
        if (system is null)
        {
            return (false, "Service has stopped");
        }

        return await new ServiceHost(system).StatusAsync(service.Service(context, system), cancellationToken) switch
        {
            ServiceStatus.Running => (true, "Service is running"),
            ServiceStatus.Stopped => (false, "Service has stopped"),
            _ => (false, "the service is not installed"),
        };
    }

    private static async Task<DaemonStatus> AskAsync(ControlClient daemon, string command, CancellationToken cancellationToken)
    {
        try
        {
            return await daemon.AskAsync(command, cancellationToken);
        }
        catch (IOException problem)
        {
            throw new CommandException(problem.Message);
        }
    }

    private static void Write(TextWriter output, DaemonStatus status)
    {
        output.WriteLine($"  {status.State}{(status.Draining ? ", draining" : "")}, pid {status.ProcessId}, version {status.Version}, {status.MemoryBytes >> 20} MiB");
        output.WriteLine($"  configuration {status.ConfigPath}{(status.ConfigBroken ? " (the file on disk is broken; an earlier one is in force: see gantry lint)" : "")}");
        output.WriteLine($"  {Count(status.Jobs.Count, "job")} of {status.Concurrent} running; since {status.Started.ToLocalTime():yyyy-MM-dd HH:mm:ss}: {status.JobsReceived} received, {status.JobsFailed} failed");
        foreach (var runner in status.Runners)
        {
            var limit = runner.Limit > 0 ? string.Create(CultureInfo.InvariantCulture, $" of {runner.Limit}") : "";
            output.WriteLine($"  runner {runner.Name} ({runner.ShortToken}, {runner.Executor}, {runner.Url}): {runner.State}, {runner.Jobs}{limit} jobs");
        }

        foreach (var job in status.Jobs)
        {
            var seconds = GoDuration.Format(TimeSpan.FromSeconds(Math.Floor(job.Seconds)));
            output.WriteLine($"  job {job.Id} {job.Project} {job.Name}: {(job.Stage.Length > 0 ? job.Stage : "waiting")}, {seconds}");
        }
    }

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
}

/// <summary>Which daemon is meant: by its file, or by its state folder.</summary>
internal sealed class DaemonFlags(FlagSet flags)
{
    private readonly FlagValue<string> _config = RunnerTools.ConfigFlag(flags);
    private readonly FlagValue<string> _state = RunnerTools.StateFlag(flags);

    /// <exception cref="CommandException">No daemon answers.</exception>
    public async Task<ControlClient> ConnectAsync(CommandContext context, CancellationToken cancellationToken) =>
        await TryConnectAsync(context, cancellationToken)
            ?? throw new CommandException(
                $"no daemon answers at {Path(context)}. Is gantry run up, and with the same --config and --state-dir?");

    public async Task<ControlClient?> TryConnectAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ControlClient.ConnectAsync(Path(context), cancellationToken);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new CommandException(problem.Message);
        }
    }

    private string Path(CommandContext context) =>
        ControlSocket.In(RunnerTools.StateFolder(context, _state, RunnerTools.ConfigPath(context, _config)));
}
