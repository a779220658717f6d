using System.Globalization;
using Gantry.CommandLine;
using Gantry.Engine.Executors;
using Gantry.Engine.Keeping;
using Gantry.Engine.Sources.Mirrors;
using Gantry.Exec;
using Gantry.Executors.Docker;
using Gantry.Runner.Configuration;
using Gantry.Runner.Registration;

namespace Gantry.Commands;

/// <summary>
/// <c>gantry prune</c>: takes away what only makes jobs quicker (mirrors and checkouts, cache volumes, images that this runner
/// pulled), the longest unused first, until the rest fits.
/// </summary>
internal static class PruneCommand
{
    private static readonly TimeSpan Unused = TimeSpan.FromHours(24);

    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var state = RunnerTools.StateFlag(flags);
        var dryRun = flags.Switch("dry-run", "only say what would go");
        var all = flags.Switch("all", "keep nothing that is not in use");
        var size = flags.Text("max-size", "bytes that may stay in all, such as 20GB");
        var free = flags.Text("min-free", "bytes that each disk is to have free, such as 10GB");
        var unused = flags.Duration("unused-for", "what was used within this time stays", initial: Unused);
        return new Command("prune", "remove mirrors, caches and pulled images that were not used for long", flags, (context, cancellationToken) =>
        {
            var limits = new PruneLimits(Size("max-size", size.Value), Size("min-free", free.Value), unused.Value);
            if (all.Value == (limits.MaxBytes is not null || limits.MinFree is not null))
            {
                throw new CommandException("say how much may stay: --max-size SIZE, --min-free SIZE or both; or --all for nothing");
            }

            var own = Path.GetFullPath(state.Value.Length > 0 ? state.Value : context.Host.StateFolder, context.Host.WorkingFolder);
            return RunAsync(context, new PruneRequest(RunnerTools.ConfigPath(context, config), own, limits, dryRun.Value), cancellationToken);
        });
    }

    private static async Task<int> RunAsync(CommandContext context, PruneRequest request, CancellationToken cancellationToken)
    {
        var host = new ExecutorHost(context, "", context.Host.WorkingFolder, request.StateFolder);
        var things = await FindAsync(context, request, host, cancellationToken);
        var output = context.Terminal.Output;
        var (gone, bytes, failures) = (0, 0L, 0);
        foreach (var thing in request.Limits.Choose(things, context.Time.GetUtcNow()))
        {
            var problem = request.DryRun ? null : await thing.RemoveAsync(cancellationToken);
            if (problem is not null)
            {
                failures++;
                await context.Terminal.Error.WriteLineAsync($"{thing.Kind} {thing.Name} stays: {problem}");
                continue;
            }

            (gone, bytes) = (gone + 1, bytes + thing.Bytes);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{(request.DryRun ? "would remove" : "removed")} {thing.Kind} {thing.Name} ({ByteSize.Text(thing.Bytes)}, last used {thing.LastUsed:yyyy-MM-dd HH:mm})"));
        }

        await output.WriteLineAsync(
            $"{(request.DryRun ? "Would free" : "Freed")} {ByteSize.Text(bytes)} ({gone} of {things.Count} things); {ByteSize.Text(things.Sum(thing => thing.Bytes) - bytes)} stay.");
        return failures == 0 ? 0 : 1;
    }

    private static async Task<IReadOnlyList<KeptThing>> FindAsync(
        CommandContext context, PruneRequest request, ExecutorHost host, CancellationToken cancellationToken)
    {
        List<KeptThing> things = [.. KeptSources.Find(host.Docker.StateFolder)];
        RunnerDaemonSettings settings;
        try
        {
            settings = SettingsReader.Load(request.ConfigPath, RunnerTools.Settings(context));
        }
        catch (Exception error) when (error is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(error.Message);
        }

        foreach (var entry in settings.Runners)
        {
            if (ExecutorTable.Find(entry.Settings.Executor)?.Open(entry, host) is not { } executor)
            {
                continue;
            }

            try
            {
                things.AddRange(executor is IKeepsThings keeper ? await keeper.KeptAsync(cancellationToken) : []);
            }
            catch (EnvironmentException error)
            {
                await context.Terminal.Error.WriteLineAsync($"runner {entry.Settings.Name}: {error.Message}");
            }
            finally
            {
                (executor as IDisposable)?.Dispose();
            }
        }

        things.AddRange(await OfLocalRunsAsync(context, request, host, cancellationToken));
        // Several entries may share an engine.
        return [.. things.DistinctBy(thing => (thing.Disk.Name, thing.Kind, thing.Name))];
    }

    private static async Task<IReadOnlyList<KeptThing>> OfLocalRunsAsync(
        CommandContext context, PruneRequest request, ExecutorHost host, CancellationToken cancellationToken)
    {
        try
        {
            return await new ExecCaches(Path.Combine(request.StateFolder, "exec")).FindAsync(() => LocalEngine(context, host), cancellationToken);
        }
        catch (EnvironmentException error)
        {
            await context.Terminal.Error.WriteLineAsync($"caches of gantry exec: {error.Message}");
            return [];
        }
    }

    // As `gantry exec` finds it: the machine's own, or what DOCKER_HOST names.
    private static DockerExecutor LocalEngine(CommandContext context, ExecutorHost host)
    {
        var table = RunnerFlags.NewEntry();
        foreach (var (flag, value) in new[] { ("--name", "gantry exec"), ("--url", "https://gitlab.local"), ("--token", "glrt-local"), ("--executor", "docker"), ("--docker-image", "none") })
        {
            RunnerEntryFlags.Set(table, flag, value);
        }

        return (DockerExecutor)ExecutorTable.Find("docker")!.Open(SettingsReader.OfEntry(table, "local", RunnerTools.Settings(context)).Runners[0], host);
    }

    private static long? Size(string flag, string text) => text.Length == 0 ? null
        : ByteSize.TryParse(text, out var bytes) ? bytes
        : throw new CommandException($"--{flag} \"{text}\" is no size: expected a number with a unit, such as 500MB or 20GB");

    private sealed record PruneRequest(string ConfigPath, string StateFolder, PruneLimits Limits, bool DryRun);
}
