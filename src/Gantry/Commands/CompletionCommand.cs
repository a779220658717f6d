using Gantry.CommandLine;

namespace Gantry.Commands;

/// <summary><c>gantry completion bash|zsh|fish</c>: prints what the shell reads.</summary>
internal static class CompletionCommand
{
    public static Command Create(Func<IReadOnlyList<Command>> commands)
    {
        var flags = new FlagSet();
        return new Command("completion", "print the completion script of a shell: bash, zsh or fish", flags, (context, _) =>
        {
            var script = new CompletionScript([.. commands().Where(command => !command.Hidden)], new GlobalFlags().Set.Flags);
            context.Terminal.Output.Write(context.Arguments switch
            {
                ["bash"] => script.Bash(),
                ["zsh"] => script.Zsh(),
                ["fish"] => script.Fish(),
                _ => throw new CommandException("name the shell: gantry completion bash, zsh or fish"),
            });
            return Task.FromResult(0);
        })
        {
            Group = CommandGroup.Help,
            ArgumentsText = "bash|zsh|fish",
            Details = """
                bash:  gantry completion bash > /etc/bash_completion.d/gantry
                zsh:   gantry completion zsh > "${fpath[1]}/_gantry"
                fish:  gantry completion fish > ~/.config/fish/completions/gantry.fish
                """,
        };
    }
}
