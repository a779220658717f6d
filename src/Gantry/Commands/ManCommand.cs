using Gantry.CommandLine;
using Gantry.Runner.Configuration;

namespace Gantry.Commands;

/// <summary><c>gantry man</c>: prints the manual page, <c>gantry man config</c> the reference of the configuration; packages and docs are made with it.</summary>
internal static class ManCommand
{
    public static Command Create() =>
        new("man", "print the manual page gantry(1), or the reference of config.toml", new FlagSet(), (context, _) =>
        {
            switch (context.Arguments)
            {
                case []:
                    ManPage.Write(context.Terminal.Output, context.Host.Version, CommandTable.All(), new GlobalFlags().Set);
                    return Task.FromResult(0);
                case ["config"]:
                    ConfigReference.Write(context.Terminal.Output);
                    return Task.FromResult(0);
                default:
                    throw new CommandException($"'{string.Join(' ', context.Arguments)}' is no page; use 'gantry man' or 'gantry man config'");
            }
        })
        { Hidden = true, ArgumentsText = "[config]" };
}
