using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Runner.Registration;

namespace Gantry.Commands;

/// <summary><c>gantry verify</c> (official-cli-config §1.3.4).</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var name = flags.Text("name, n", "name of the runner to verify");
        var url = flags.Text("url, u", "URL of the instance");
        var token = flags.Text("token, t", "runner token");
        var delete = flags.Switch("delete", "remove runners that the instance rejects");
        return new Command("verify", "verify all registered runners", flags, (context, cancellationToken) => RunnerTools.UseAsync(
            context,
            (tools, cancellation) => new RunnerCommands(tools).VerifyAsync(
                RunnerTools.ConfigPath(context, config),
                new RunnerSelection { Name = name.Value, Url = url.Value, Token = new Secret(token.Value) },
                delete.Value, cancellation),
            cancellationToken))
        { NamesPlatform = true };
    }
}
