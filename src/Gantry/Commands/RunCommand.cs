using Gantry.CommandLine;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;

namespace Gantry.Commands;

/// <summary><c>gantry run</c>: the daemon (official-cli-config §1.3.7, §3).</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var listen = flags.Text("listen-address", "address of metrics, jobs and health (default: listen_address of the file)", "LISTEN_ADDRESS");
        var service = flags.Text("service, n", "name in the system's log", initial: ServiceCommands.DefaultName);
        var folder = flags.Text("working-directory, d", "folder to work in");
        var user = flags.Text("user, u", "user whose shell runs the jobs of the shell executor");
        var syslog = flags.Switch("syslog", "also log to the system log", "LOG_SYSLOG");
        var state = RunnerTools.StateFlag(flags);
        return new Command("run", "run multi runner service", flags, (context, cancellationToken) =>
        {
            ModeNotice.Write(context, registers: false);
            var working = Path.GetFullPath(folder.Value.Length > 0 ? folder.Value : ".", context.Host.WorkingFolder);
            var configPath = RunnerTools.ConfigPath(context, config);
            var own = Path.GetFullPath(RunnerTools.StateFolder(context, state, configPath), working);
            return DaemonProcess.RunAsync(
                context,
                new RunnerDaemonPlaces(configPath, own, new ExecutorHost(context, user.Value, working, own) { ConfigFolder = Path.GetDirectoryName(configPath) ?? "" }),
                new DaemonChoices { ListenAddress = listen.IsSet ? listen.Value : null, SystemLogName = syslog.Value ? service.Value : null },
                cancellationToken);
        })
        {
            Group = CommandGroup.Daemon,
            NamesPlatform = true,
            HeededSignals = DaemonProcess.HeededSignals,
            Details = """
                Signals: SIGQUIT lets running jobs finish, SIGTERM and SIGINT end them, SIGHUP reads the file again.
                While it runs: gantry status, top, drain, undrain.
                """,
        };
    }

    /// <summary>The daemon of this build; the demonstration runs the same.</summary>
    public static RunnerDaemon Compose(CommandContext context, RunnerDaemonPlaces places, GitLabClients clients) =>
        new(DaemonProcess.Options(context, places, clients));
}

/// <summary>Where a daemon's things are; absolute paths.</summary>
internal sealed record RunnerDaemonPlaces(string ConfigPath, string StateFolder, ExecutorHost Host);
