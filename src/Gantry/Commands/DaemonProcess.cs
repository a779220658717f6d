using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Logging;
using Gantry.Runner.Configuration;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Gantry.Runner.Traces;
using Gantry.Runner.Transfers;
using Gantry.Services;
using Microsoft.Extensions.Logging;

namespace Gantry.Commands;

/// <summary>A daemon as a process: signals, the system's log and readiness, error reports, traces.</summary>
internal static class DaemonProcess
{
    /// <summary>
    /// Sent on purpose, also to a runner in the background of a script. A Ctrl-C that is meant for that script stays ignored.
    /// </summary>
    public static IReadOnlyList<PosixSignal> HeededSignals { get; } = [PosixSignal.SIGQUIT, PosixSignal.SIGHUP];

    public static async Task<int> RunAsync(
        CommandContext context, RunnerDaemonPlaces places, DaemonChoices choices, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(places.Host.WorkingFolder))
        {
            throw new CommandException($"--working-directory {places.Host.WorkingFolder} does not exist");
        }

        using var clients = new GitLabClients(context.Host.Version, context.Time, context.Loggers.CreateLogger<GitLabClient>());
        await using var machines = places.Host.Machines;
        await using var fleet = places.Host.Fleet;
        using var notice = new SystemdNotice(context.Environment, context.Time);
        using var systemLog = OpenSystemLog(context, choices.SystemLogName);
        await using var spans = OpenSpans(context);
        await using var log = new DaemonLog(context, systemLog);
        using var daemon = new RunnerDaemon(Options(context, places, clients) with
        {
            ListenAddress = choices.ListenAddress,
            Alone = choices.Alone,
            Controllable = choices.Alone is null,
            Loaded = log.Apply,
            Spans = spans?.Export,
            Events = new DaemonEvents { Ready = notice.Ready, Reloading = notice.Reloading, Stopping = notice.Stopping },
        });
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
        catch (Exception error) when (error is RunnerCommandException or ConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }
    }

    public static RunnerDaemonOptions Options(CommandContext context, RunnerDaemonPlaces places, GitLabClients clients) => new()
    {
        ConfigPath = places.ConfigPath,
        Context = RunnerTools.Settings(context),
        StateFolder = places.StateFolder,
        Executors = ExecutorTable.For(places.Host),
        Machines = places.Host.Machines,
        Fleet = places.Host.Fleet,
        Clients = clients,
        Time = context.Time,
        Loggers = context.Loggers,
        Transfers = http => new JobTransfers(log => JobLogLines.LoggerTo(log, context.Time), context.Time) { Http = http },
        Loaded = new DaemonLog(context, null).Apply,
    };

    private static SystemLog? OpenSystemLog(CommandContext context, string? name)
    {
        if (name is null)
        {
            return null;
        }

        var log = SystemLog.Open(name);
        if (log is null)
        {
            context.Terminal.Error.WriteLine("\e[0;33mWARNING: --syslog: this machine has no /dev/log; the log goes to standard error only\e[0;m");
        }

        return log;
    }

    private static SpanTarget? OpenSpans(CommandContext context)
    {
        if (SpanExport.Address(context.Environment.GetValueOrDefault) is not { } address)
        {
            return null;
        }

        var logger = context.Loggers.CreateLogger("Gantry.Traces");
        var outbox = new Outbox(
            address, "application/json", SpanExport.Headers(context.Environment.GetValueOrDefault), why => DaemonMessages.NoSpans(logger, address, why));
        var name = context.Environment.GetValueOrDefault("OTEL_SERVICE_NAME") is { Length: > 0 } given ? given : "gitlab-runner";
        return new SpanTarget(outbox, new SpanExport(outbox, name, context.Host.Version, context.Time));
    }

    private static void Handle(PosixSignalContext signal, Action tell)
    {
        signal.Cancel = true;
        tell();
    }

    private sealed record SpanTarget(Outbox Outbox, SpanExport Export) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Outbox.DisposeAsync();
    }
}

/// <summary>What the command line decides about a daemon.</summary>
internal sealed record DaemonChoices
{
    /// <summary>Null: the file's.</summary>
    public string? ListenAddress { get; init; }

    /// <summary>Null: not to the system's log.</summary>
    public string? SystemLogName { get; init; }

    public SingleRun? Alone { get; init; }
}

/// <summary>Level, format and the further targets of a daemon's log, as its file says.</summary>
internal sealed class DaemonLog(CommandContext context, SystemLog? systemLog) : IAsyncDisposable
{
    private readonly ILogger _logger = context.Loggers.CreateLogger("Gantry.Logging");
    private ErrorReports? _reports;
    private Secret _dsn;

    public void Apply(RunnerDaemonSettings settings)
    {
        if (!context.LogSettingsFixed)
        {
            context.Logs.Level = settings.LogLevel is { } level ? LogNames.Level(level) ?? context.Logs.Level : LogLevel.Information;
            context.Logs.Format = settings.LogFormat is { } format ? LogNames.Format(format) ?? context.Logs.Format : LogFormat.Runner;
        }

        Report(settings.SentryDsn);
        var reports = _reports;
        context.Logs.Also = (level, message, fields) =>
        {
            systemLog?.Write(level, message, fields);
            reports?.Write(level, message, fields);
        };
    }

    public async ValueTask DisposeAsync()
    {
        context.Logs.Also = null;
        if (_reports is not null)
        {
            await _reports.DisposeAsync();
        }
    }

    private void Report(Secret dsn)
    {
        if (dsn == _dsn)
        {
            return;
        }

        _dsn = dsn;
        _ = _reports?.DisposeAsync().AsTask();
        _reports = null;
        if (!dsn.IsEmpty)
        {
            // The failure of a report is a warning: an error would be reported again.
            _reports = ErrorReports.Open(
                dsn, context.Host.Version, context.Host.HostName, context.Time, why => DaemonMessages.NoReports(_logger, why));
            if (_reports is null)
            {
                DaemonMessages.BadDsn(_logger);
            }
        }
    }
}

internal static partial class DaemonMessages
{
    [LoggerMessage(LogLevel.Warning, "traces cannot be sent to {address}: {why}")]
    public static partial void NoSpans(ILogger logger, Uri address, string why);

    [LoggerMessage(LogLevel.Warning, "errors cannot be reported to Sentry: {why}")]
    public static partial void NoReports(ILogger logger, string why);

    [LoggerMessage(LogLevel.Warning, "sentry_dsn is no DSN of the form https://KEY@HOST/PROJECT; errors are not reported")]
    public static partial void BadDsn(ILogger logger);
}
