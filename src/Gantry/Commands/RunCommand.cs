using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Logging;
using Gantry.Runner.Configuration;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Gantry.Runner.Transfers;
using Microsoft.Extensions.Logging;

namespace Gantry.Commands;

/// <summary><c>gantry run</c>: the daemon (official-cli-config §1.3.7, §3).</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var folder = flags.Text("working-directory, d", "folder to work in");
        var user = flags.Text("user, u", "user whose shell runs the jobs of the shell executor");
        var state = flags.Text("state-dir", "folder of Gantry's own state", "GANTRY_STATE_DIR");
        return new Command("run", "run multi runner service", flags, (context, cancellationToken) =>
        {
            var working = Path.GetFullPath(folder.Value.Length > 0 ? folder.Value : ".", context.Host.WorkingFolder);
            var own = Path.GetFullPath(state.Value.Length > 0 ? state.Value : context.Host.StateFolder, working);
            return RunAsync(
                context,
                new RunnerDaemonPlaces(RunnerTools.ConfigPath(context, config), own, new ExecutorHost(context, user.Value, working, own)),
                cancellationToken);
        });
    }

    private static async Task<int> RunAsync(CommandContext context, RunnerDaemonPlaces places, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(places.Host.WorkingFolder))
        {
            throw new CommandException($"--working-directory {places.Host.WorkingFolder} does not exist");
        }

        using var clients = new GitLabClients(context.Host.Version, context.Time, context.Loggers.CreateLogger<GitLabClient>());
        using var daemon = Compose(context, places, clients);
        var signals = new DaemonSignals();
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, signal => Handle(signal, signals.StopGracefully));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Handle(signal, () => signals.Stop("terminated")));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Handle(signal, () => signals.Stop("interrupt")));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Handle(signal, signals.Reload));
        try
        {
            await daemon.RunAsync(signals, cancellationToken);
            return 0;
        }
        catch (Exception error) when (error is RunnerCommandException or ConfigurationException)
        {
            throw new CommandException(error.Message);
        }
    }

    /// <summary>The daemon of this build; the demonstration runs the same.</summary>
    public static RunnerDaemon Compose(CommandContext context, RunnerDaemonPlaces places, GitLabClients clients) => new(new RunnerDaemonOptions
    {
        ConfigPath = places.ConfigPath,
        Context = RunnerTools.Settings(context),
        StateFolder = places.StateFolder,
        Executors = ExecutorTable.For(places.Host),
        Clients = clients,
        Time = context.Time,
        Loggers = context.Loggers,
        Transfers = new JobTransfers(log => JobLogLines.LoggerTo(log, context.Time), context.Time),
        Loaded = settings => ApplyLog(context, settings),
    });

    private static void ApplyLog(CommandContext context, RunnerDaemonSettings settings)
    {
        if (context.LogSettingsFixed)
        {
            return;
        }

        context.Logs.Level = settings.LogLevel is { } level ? LogNames.Level(level) ?? context.Logs.Level : LogLevel.Information;
        context.Logs.Format = settings.LogFormat is { } format ? LogNames.Format(format) ?? context.Logs.Format : LogFormat.Runner;
    }

    private static void Handle(PosixSignalContext signal, Action tell)
    {
        signal.Cancel = true;
        tell();
    }
}

/// <summary>Where a daemon's things are; absolute paths.</summary>
internal sealed record RunnerDaemonPlaces(string ConfigPath, string StateFolder, ExecutorHost Host);
