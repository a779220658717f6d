using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Runner.Registration;

namespace Gantry.Commands;

/// <summary><c>gantry reset-token</c> (official-cli-config §1.3.6).</summary>
internal static class ResetTokenCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var name = flags.Text("name, n", "name of the runner");
        var url = flags.Text("url, u", "URL of the instance");
        var id = flags.Integer("id, i", "number of the runner");
        var all = flags.Switch("all-runners", "reset the tokens of all runners");
        var pat = flags.Text("pat", "personal access token, to reset by number");
        return new Command("reset-token", "reset a runner's token", flags, (context, cancellationToken) => RunnerTools.UseAsync(
            context,
            (tools, cancellation) => new RunnerCommands(tools).ResetTokenAsync(
                RunnerTools.ConfigPath(context, config),
                new RunnerSelection { Name = name.Value, Url = url.Value, Id = id.Value, All = all.Value },
                new Secret(pat.Value), cancellation),
            cancellationToken))
        { NamesPlatform = true };
    }
}
