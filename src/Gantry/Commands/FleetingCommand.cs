using Gantry.CommandLine;
using Gantry.Executors.Autoscaling.Providers;
using Gantry.Runner.Configuration;

namespace Gantry.Commands;

/// <summary><c>gantry fleeting</c> (official-cli-config §1.3.10): where the plugins of autoscalers are. Those of registries are not for this runner.</summary>
internal static class FleetingCommand
{
    private const string NoRegistry =
        "plugins of registries are made for the official runner, whose plugin protocol this version does not speak, so there is nothing to install or to log in for; "
        + "use the built-in plugin \"static\", or a program that speaks Gantry's own protocol (docs/autoscaling.md), as a path or as fleeting-plugin-NAME in the plugin folder or PATH";

    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        return new Command("fleeting", "show the plugins of autoscalers", flags, (context, _) => context.Arguments switch
        {
            ["list"] => Task.FromResult(List(context, RunnerTools.ConfigPath(context, config))),
            ["install" or "login", ..] => throw new CommandException(NoRegistry),
            _ => throw new CommandException("expected: fleeting list"),
        })
        { Hidden = true, ArgumentsText = "list" };
    }

    private static int List(CommandContext context, string path)
    {
        RunnerDaemonSettings settings;
        try
        {
            settings = SettingsReader.Load(path, RunnerTools.Settings(context));
        }
        catch (Exception e) when (e is ConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e.Message);
        }

        var (count, failed) = (0, false);
        foreach (var runner in settings.Runners)
        {
            if (runner.Table.Table("autoscaler")?.Text("plugin") is not { Length: > 0 } plugin)
            {
                continue;
            }

            count++;
            var begin = $"runner: {runner.Settings.ShortToken}, plugin: {plugin}, ";
            if (PluginSearch.IsBuiltIn(plugin))
            {
                context.Terminal.Output.WriteLine($"{begin}path: built in");
            }
            else if (PluginSearch.Find(plugin, ExecutorSurroundings.Plugins(context)) is var found && found.Path is { } program)
            {
                context.Terminal.Output.WriteLine($"{begin}path: {program}");
            }
            else
            {
                failed = true;
                context.Terminal.Error.WriteLine($"{begin}error: {found.Missing(plugin)}");
            }
        }

        if (count == 0)
        {
            context.Terminal.Error.WriteLine("No plugins to install, review your runner configuration.");
        }

        return failed ? 1 : 0;
    }
}
