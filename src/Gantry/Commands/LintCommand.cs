using Gantry.CommandLine;
using Gantry.Runner.Configuration;

namespace Gantry.Commands;

/// <summary><c>gantry lint</c> (official-cli-config §1.3.2): the strict check of a configuration file.</summary>
internal static class LintCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        return new Command("lint", "check the configuration file", flags, (context, _) =>
        {
            var path = RunnerTools.ConfigPath(context, config);
            if (ConfigLint.Check(path, ExecutorHost.Pattern) is { } problems)
            {
                throw new CommandException(problems);
            }

            foreach (var note in ConfigLint.Notes(path))
            {
                context.Terminal.Output.WriteLine($"warning: {note}");
            }

            context.Terminal.Output.WriteLine("Configuration file is valid.");
            return Task.FromResult(0);
        })
        { NamesPlatform = true };
    }
}
