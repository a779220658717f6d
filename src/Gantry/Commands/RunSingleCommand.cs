using Gantry.CommandLine;
using Gantry.Runner.Configuration;
using Gantry.Runner.Daemon;

namespace Gantry.Commands;

/// <summary><c>gantry run-single</c> (official-cli-config §1.3.8): one entry, from flags or from a file, one job at a time.</summary>
internal static class RunSingleCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var runner = flags.Text("runner, r", "name of the entry of the file to run");
        var wait = flags.Integer("wait-timeout", "leave when no job came for so many seconds");
        var max = flags.Integer("max-builds", "leave after so many jobs");
        var state = RunnerTools.StateFlag(flags);
        var entry = RunnerEntryFlags.AddTo(flags);
        return new Command("run-single", "start single runner", flags, async (context, cancellationToken) =>
        {
            var configPath = RunnerTools.ConfigPath(context, config);
            var settings = runner.Value.Length > 0 ? FromFile(context, configPath, runner.Value) : FromFlags(context, entry);
            Check(settings.Runners[0]);
            var folder = state.Value.Length > 0
                ? Path.GetFullPath(state.Value, context.Host.WorkingFolder)
                : Path.Combine(context.Host.StateFolder, $"single-{Environment.ProcessId}");
            using var own = new OwnState(state.Value.Length > 0 ? null : folder);
            return await DaemonProcess.RunAsync(
                context,
                new RunnerDaemonPlaces(configPath, folder, new ExecutorHost(context, "", context.Host.WorkingFolder, folder) { ConfigFolder = Path.GetDirectoryName(configPath) ?? "" }),
                new DaemonChoices
                {
                    Alone = new SingleRun
                    {
                        Settings = settings,
                        MaxBuilds = (int)Math.Clamp(max.Value, 0, int.MaxValue),
                        WaitTimeout = TimeSpan.FromSeconds(Math.Clamp(wait.Value, 0, int.MaxValue)),
                    },
                },
                cancellationToken);
        })
        { Group = CommandGroup.Daemon, NamesPlatform = true, HeededSignals = DaemonProcess.HeededSignals };
    }

    private static RunnerDaemonSettings FromFile(CommandContext context, string path, string name)
    {
        try
        {
            var settings = SettingsReader.Load(path, RunnerTools.Settings(context));
            var found = settings.Runners.FirstOrDefault(r => r.Settings.Name == name)
                ?? throw new CommandException($"there is no runner named {name} in {path}; it has: {string.Join(", ", settings.Runners.Select(r => r.Settings.Name))}");
            return OneAtATime(settings, found);
        }
        catch (Exception problem) when (problem is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(problem.Message);
        }
    }

    private static RunnerDaemonSettings FromFlags(CommandContext context, ConfigTable entry)
    {
        if (entry.Text("name").Length == 0)
        {
            RunnerEntryFlags.Set(entry, "--name", context.Host.HostName);
        }

        try
        {
            var settings = SettingsReader.OfEntry(entry, SystemId.Create(), RunnerTools.Settings(context));
            return OneAtATime(settings, settings.Runners[0]);
        }
        catch (ConfigurationException problem)
        {
            throw new CommandException(problem.Message);
        }
    }

    private static RunnerDaemonSettings OneAtATime(RunnerDaemonSettings settings, RunnerEntry entry) =>
        settings with { Concurrent = 1, Runners = [entry with { RequestConcurrency = 1 }] };

    private static void Check(RunnerEntry entry)
    {
        if (entry.Settings.Url.Length == 0)
        {
            throw new CommandException("Missing URL: give --url (CI_SERVER_URL), or --config and --runner");
        }

        if (!entry.HasToken)
        {
            throw new CommandException("Missing Token: give --token (CI_SERVER_TOKEN), or --config and --runner");
        }

        if (entry.Settings.Executor.Length == 0)
        {
            throw new CommandException($"Missing Executor: give --executor (RUNNER_EXECUTOR), one of {string.Join(", ", ExecutorTable.Names)}");
        }

        if (ExecutorTable.Find(entry.Settings.Executor) is null)
        {
            throw new CommandException(ExecutorTable.Refusal(entry.Settings.Executor));
        }
    }

    /// <summary>A state folder for this process alone: removed at the end, unless a job could not be reported.</summary>
    /// <param name="folder">Null: the operator's own, which stays.</param>
    private sealed class OwnState(string? folder) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                if (folder is not null && Directory.Exists(folder)
                    && (!Directory.Exists(Path.Combine(folder, "jobs")) || !Directory.EnumerateFileSystemEntries(Path.Combine(folder, "jobs")).Any()))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                // What a job left there keeps it; nothing depends on it.
            }
        }
    }
}
