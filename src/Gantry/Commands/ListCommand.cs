using Gantry.CommandLine;
using Gantry.Runner.Registration;

namespace Gantry.Commands;

/// <summary><c>gantry list</c> (official-cli-config §1.3.1).</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        return new Command("list", "list all configured runners", flags, (context, cancellationToken) => RunnerTools.UseAsync(
            context,
            (tools, _) =>
            {
                new RunnerCommands(tools).List(RunnerTools.ConfigPath(context, config));
                return Task.CompletedTask;
            },
            cancellationToken))
        { NamesPlatform = true };
    }
}
