using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.Engine.Executors;
using Gantry.Engine.Sources.Mirrors;
using Gantry.Executors.Docker;
using Gantry.Executors.Shell;
using Gantry.Logging;
using Gantry.Runner.Configuration;
using Gantry.Runner.Registration;
using Gantry.Runner.Supervising;
using Gantry.Runner.Transfers;

namespace Gantry.Exec;

/// <summary>The runners of a local run: entries as a configuration file would have them, with the conveniences of local mode.</summary>
internal sealed class ExecPlace(CommandContext context, ExecOptions options, ExecFolder folder, ExecSource source) : IDisposable
{
    private readonly string _key = ProjectIdentity.KeyOf(source.Tree.Root);
    private readonly ExecCaches _caches = new(options.StateFolder);
    private DockerExecutor? _docker;
    private string? _sources;
    private KeptJobs? _kept;

    /// <summary>Docker when asked for, or when a job has an image and an engine answers; else the shell of this machine.</summary>
    /// <param name="hasImages">A job names an image.</param>
    /// <param name="changed">Called when another job could begin.</param>
    /// <param name="warn">Takes what the user should know.</param>
    /// <param name="cancellationToken">Ends the question to the engine.</param>
    public async Task<ExecRunners> OpenAsync(bool hasImages, Action changed, Action<string> warn, CancellationToken cancellationToken)
    {
        var wantsDocker = options.Executor == "docker"
            || (options.Executor.Length == 0 && (options.Image.Length > 0 || hasImages));
        var docker = wantsDocker ? Docker() : null;
        if (docker is not null && options.Executor.Length == 0 && !await docker.AnswersAsync(cancellationToken))
        {
            warn("No Docker Engine answers on this machine: jobs run with its shell, whatever their image.");
            docker = null;
        }

        if (docker is not null && options.KeepOnFailure)
        {
            warn("--keep-on-failure keeps jobs of the shell only: the container of a failed job has ended (--executor shell runs them without one).");
        }

        var shell = docker is null || (options.Executor.Length == 0 && options.Image.Length == 0) ? Shell() : null;
        return new ExecRunners(
            shell is null ? null : Runner(shell, changed), docker is null ? null : Runner(docker, changed), options.Concurrent, Path.Combine(folder.State, "jobs"))
        {
            Kept = _kept = options.KeepOnFailure ? KeptJobs.Open(folder.Root, _key, warn) : null,
        };
    }

    public void Dispose()
    {
        _kept?.Dispose();
        _docker?.Dispose();
        if (_sources is not null)
        {
            SpareTree.Keep(_sources, _caches.CheckoutOf(_key));
        }
    }

    private LocalRunner Runner(IExecutor executor, Action changed) => new(new LocalRunnerOptions
    {
        Entry = Entry(executor.Name),
        Executor = executor,
        StateFolder = folder.State,
        Concurrent = options.Concurrent,
        Changed = changed,
        Transfers = http => new JobTransfers(log => JobLogLines.LoggerTo(log, context.Time), context.Time) { Http = http },
        Context = RunnerTools.Settings(context),
        Time = context.Time,
        Loggers = context.Loggers,
    });

    private ShellExecutor Shell() => new("", folder.Root, context.Time) { StateFolder = folder.State, HostName = context.Host.HostName };

    private DockerExecutor Docker()
    {
        var host = new ExecutorHost(context, "", folder.Root, folder.State)
        {
            Notes = new EngineNotes(Path.Combine(options.StateFolder, "engines"), Path.GetDirectoryName(folder.Root)!),
        };
        _sources = host.Docker.StateFolder;
        SpareTree.Offer(_caches.CheckoutOf(_key), _sources);
        return _docker = (DockerExecutor)ExecutorTable.Find("docker")!.Open(Entry("docker"), host);
    }

    private RunnerEntry Entry(string executor)
    {
        var table = RunnerFlags.NewEntry();
        RunnerEntryFlags.Set(table, "--name", "gantry exec");
        RunnerEntryFlags.Set(table, "--url", source.Project.ServerUrl);
        // No secret: nobody asks for it. It names folders and volumes, so that caches are found again.
        RunnerEntryFlags.Set(table, "--token", "glrt-" + _key);
        RunnerEntryFlags.Set(table, "--executor", executor);
        RunnerEntryFlags.Set(table, "--output-limit", "-1");
        RunnerEntryFlags.Set(table, "--clone-url", "file://" + folder.Clones);
        if (executor == "shell")
        {
            RunnerEntryFlags.Set(table, "--builds-dir", folder.Builds);
            RunnerEntryFlags.Set(table, "--cache-dir", _caches.FolderOf(_key));
        }
        else
        {
            RunnerEntryFlags.Set(table, "--docker-pull-policy", "if-not-present");
            RunnerEntryFlags.Set(table, "--docker-image", options.Image);
            // One volume for all jobs of the project, and for the next run: the usual ones are per slot.
            RunnerEntryFlags.Set(table, "--docker-volumes", _caches.UseVolume(_key) + ":/cache");
        }

        var entry = SettingsReader.OfEntry(table, "local", RunnerTools.Settings(context)).Runners[0];
        return entry with
        {
            Settings = entry.Settings with
            {
                // There is no server to show the token to.
                FeatureFlags = new Dictionary<string, bool>(StringComparer.Ordinal) { ["FF_GIT_URLS_WITHOUT_TOKENS"] = true },
                GracefulKillTimeout = TimeSpan.FromSeconds(10),
            },
        };
    }
}
