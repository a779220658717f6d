using Gantry.CommandLine;

namespace Gantry.Commands;

/// <summary><c>gantry fleeting</c> (official-cli-config §1.3.10): known, and refused, so that scripts fail with the reason.</summary>
internal static class FleetingCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        RunnerTools.ConfigFlag(flags);
        return new Command("fleeting", "manage fleeting plugins (not in this version)", flags, (_, _) =>
            throw new CommandException("this version has no autoscaling executors (instance, docker-autoscaler), so there are no plugins to manage"))
        { Hidden = true, ArgumentsText = "install|list|login" };
    }
}
