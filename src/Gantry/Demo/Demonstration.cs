using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.Coordinator;
using Gantry.Engine;
using Gantry.Logging;
using Gantry.Runner.Daemon;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Microsoft.Extensions.Logging;

namespace Gantry.Demo;

/// <summary>
/// The whole product on one machine, in one process: the coordinator, a runner registered as any other, a push, and the
/// pipeline in the terminal. What it keeps is reused by the next run.
/// </summary>
internal sealed class Demonstration(CommandContext outer, DemoSettings settings) : IAsyncDisposable
{
    private readonly DaemonSignals _signals = new();
    private StreamWriter? _logFile;
    private LineLoggerProvider? _logs;
    private CoordinatorHost? _server;
    private GitLabClients? _clients;
    private RunnerDaemon? _daemon;
    private Task _running = Task.CompletedTask;

    /// <returns>0 when the pipeline succeeded, 1 when it did not, 130 when it was interrupted.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(settings.DataFolder);
        var context = OpenLog();
        try
        {
            var (client, token) = await StartServerAsync(context, cancellationToken);
            using (client)
            {
                var project = await DemoProject.EnsureAsync(client, settings, cancellationToken);
                await StartRunnerAsync(context, client, cancellationToken);
                var status = await ShowPipelineAsync(client, project, token, cancellationToken);
                if (!settings.Once)
                {
                    Say("");
                    Say("Serving on. Press Ctrl-C to stop.");
                    await Task.Delay(Timeout.InfiniteTimeSpan, outer.Time, cancellationToken);
                }

                return status == "success" ? 0 : 1;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return settings.Once ? 130 : 0;
        }
        catch (Exception error) when (error is HttpRequestException or InvalidDataException or IOException or UnauthorizedAccessException or RunnerCommandException)
        {
            throw new CommandException($"{error.Message}\nThe log is in {LogPath}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _signals.Stop("terminated");
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _daemon?.Dispose();
        _clients?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _logs?.Dispose();
        if (_logFile is not null)
        {
            await _logFile.DisposeAsync();
        }
    }

    private string LogPath => Path.Combine(settings.DataFolder, "gantry.log");

    private string StateFolder => Path.Combine(settings.RunnerFolder, "state");

    private ExecutorHost Host(CommandContext context) => new(context, "", settings.RunnerFolder, StateFolder);

    private string ConfigPath => Path.Combine(settings.RunnerFolder, "config.toml");

    private CommandContext OpenLog()
    {
        _logFile = new StreamWriter(LogPath, append: false) { AutoFlush = true };
        _logs = new LineLoggerProvider(_logFile, outer.Time) { Format = LogFormat.Text };
        return outer with { Logs = _logs, Loggers = new LoggerFactory([_logs]), LogSettingsFixed = true };
    }

    private async Task<(ServerClient Client, Secret Token)> StartServerAsync(CommandContext context, CancellationToken cancellationToken)
    {
        _server = await ServerStart.OpenAsync(
            context,
            new CoordinatorSettings { DataDirectory = settings.ServerFolder, ListenUrl = $"http://{settings.Listen}", Clock = context.Time },
            cancellationToken);
        settings = settings with { ServedAt = new Uri(_server.Url) };
        var token = new Secret((await File.ReadAllTextAsync(_server.RootTokenFile, cancellationToken)).Trim());
        Say($"Server    {settings.Address} (data in {settings.ServerFolder})");
        return (new ServerClient(settings.Address, token), token);
    }

    private async Task StartRunnerAsync(CommandContext context, ServerClient client, CancellationToken cancellationToken)
    {
        _clients = new GitLabClients(context.Host.Version, context.Time, context.Loggers.CreateLogger<GitLabClient>());
        Directory.CreateDirectory(settings.RunnerFolder);
        // The last demonstration may have served elsewhere.
        if (!File.Exists(ConfigPath) || !(await File.ReadAllTextAsync(ConfigPath, cancellationToken)).Contains($"\"{settings.Address}\"", StringComparison.Ordinal))
        {
            File.Delete(ConfigPath);
            await RegisterAsync(context, client, cancellationToken);
        }

        var places = new RunnerDaemonPlaces(ConfigPath, StateFolder, Host(context));
        _daemon = RunCommand.Compose(context, places, _clients);
        _running = _daemon.RunAsync(_signals, CancellationToken.None);
    }

    private async Task RegisterAsync(CommandContext context, ServerClient client, CancellationToken cancellationToken)
    {
        var (executor, why) = await DemoExecutor.ChooseAsync(Host(context), cancellationToken);
        var entry = RunnerFlags.NewEntry();
        RunnerEntryFlags.Set(entry, "--name", "demo");
        RunnerEntryFlags.Set(entry, "--url", settings.Address.ToString());
        RunnerEntryFlags.Set(entry, "--token", await DemoProject.CreateRunnerAsync(client, cancellationToken));
        RunnerEntryFlags.Set(entry, "--executor", executor);
        DemoExecutor.Configure(entry, executor);
        await new RunnerRegistration(
            new RegisterRequest { ConfigPath = ConfigPath, NonInteractive = true, Runner = entry, Executors = ExecutorTable.Names },
            new Dialogue(TextWriter.Null, () => null, interactive: false),
            new RegistrationTools
            {
                Context = RunnerTools.Settings(context),
                Clients = _clients!,
                Time = context.Time,
                Logger = context.Loggers.CreateLogger("Gantry.Runner.Registration"),
                Traits = name => ExecutorTable.Find(name)?.Traits,
            }).RunAsync(cancellationToken);
        Say($"Runner    demo, executor {executor}{why}");
    }

    private async Task<string> ShowPipelineAsync(ServerClient client, long project, Secret token, CancellationToken cancellationToken)
    {
        var newest = await DemoProject.NewestPipelineAsync(client, project, cancellationToken);
        var commit = await new SampleProject(settings, token).PushAsync(cancellationToken);
        Say($"Pushed    {commit[..8]} to {settings.Address}{settings.ProjectPath}");
        var pipeline = await DemoProject.PipelineAsync(client, project, commit, newest, outer.Time, cancellationToken);
        Say($"Pipeline  #{pipeline}");
        Say("");
        var status = await new PipelineView(client, project, outer.Terminal, outer.Time).FollowAsync(pipeline, cancellationToken);
        Say("");
        Say($"Pipeline #{pipeline}: {status}");
        Say($"  pipeline  {settings.Address}{settings.ProjectPath}/-/pipelines/{pipeline}");
        Say($"  runners   {settings.Address}{settings.ProjectPath}/-/settings/ci_cd");
        return status;
    }

    private void Say(string text) => outer.Terminal.Output.WriteLine(text);
}
