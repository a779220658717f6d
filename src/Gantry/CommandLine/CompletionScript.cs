using System.Globalization;
using System.Text;
using Gantry.Engine.Shells;

namespace Gantry.CommandLine;

/// <summary>Completion scripts from the commands and flags there are. Pure.</summary>
internal sealed class CompletionScript(IReadOnlyList<Command> commands, IReadOnlyList<Flag> global)
{
    public string Bash()
    {
        var text = new StringBuilder($$"""
            # bash completion of gantry
            _gantry() {
                local word previous command="" i
                word="${COMP_WORDS[COMP_CWORD]}"
                previous="${COMP_WORDS[COMP_CWORD-1]}"
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "${COMP_WORDS[i]}" in
                        {{string.Join('|', Names())}}) command="${COMP_WORDS[i]}"; break ;;
                    esac
                done
                case "$previous" in
                    --config|-c|--template-config) COMPREPLY=($(compgen -f -- "$word")); return ;;
                    --state-dir|--working-directory|-d|--data) COMPREPLY=($(compgen -d -- "$word")); return ;;
                    --log-format) COMPREPLY=($(compgen -W "runner text json" -- "$word")); return ;;
                    --log-level|-l) COMPREPLY=($(compgen -W "debug info warn error fatal panic" -- "$word")); return ;;
                esac
                case "$command" in
                    "") COMPREPLY=($(compgen -W "{{string.Join(' ', Names())}} {{Words(global)}}" -- "$word")) ;;

            """);
        foreach (var command in commands)
        {
            text.Append(CultureInfo.InvariantCulture, $"        {string.Join('|', command.Aliases.Prepend(command.Name))}) COMPREPLY=($(compgen -W \"{Arguments(command)}{Words(command.Flags.Flags)}\" -- \"$word\")) ;;\n");
        }

        return text.Append("    esac\n}\ncomplete -F _gantry gantry\n").ToString();
    }

    public string Zsh()
    {
        var text = new StringBuilder("#compdef gantry\n\n_gantry() {\n    local -a commands\n    commands=(\n");
        foreach (var command in commands)
        {
            text.Append(CultureInfo.InvariantCulture, $"        {BashQuoting.Exact(command.Name + ":" + command.Summary.Replace(":", "\\:", StringComparison.Ordinal))}\n");
        }

        text.Append("    )\n    local context state state_descr line\n    typeset -A opt_args\n    _arguments -C \\\n");
        foreach (var flag in global)
        {
            text.Append(CultureInfo.InvariantCulture, $"        {ZshFlag(flag)} \\\n");
        }

        text.Append("        '1:command:->command' '*::argument:->argument'\n    case $state in\n        command) _describe command commands ;;\n        argument)\n            case $words[1] in\n");
        foreach (var command in commands)
        {
            var flags = string.Concat(command.Flags.Flags.Select(flag => $" \\\n                    {ZshFlag(flag)}"));
            var values = command.ArgumentsText.Contains('|', StringComparison.Ordinal)
                ? $" \\\n                    '1:argument:({command.ArgumentsText.Replace('|', ' ')})'"
                : "";
            text.Append(CultureInfo.InvariantCulture, $"                {string.Join('|', command.Aliases.Prepend(command.Name))})\n                    _arguments{flags}{values}\n                    ;;\n");
        }

        return text.Append("            esac\n            ;;\n    esac\n}\n\n_gantry \"$@\"\n").ToString();
    }

    public string Fish()
    {
        var text = new StringBuilder("# fish completion of gantry\ncomplete -c gantry -f\n");
        foreach (var flag in global)
        {
            text.Append(CultureInfo.InvariantCulture, $"complete -c gantry -n __fish_use_subcommand{FishFlag(flag)}\n");
        }

        foreach (var command in commands)
        {
            text.Append(CultureInfo.InvariantCulture, $"complete -c gantry -n __fish_use_subcommand -a {command.Name} -d {BashQuoting.Exact(command.Summary)}\n");
            var condition = BashQuoting.Exact($"__fish_seen_subcommand_from {string.Join(' ', command.Aliases.Prepend(command.Name))}");
            foreach (var flag in command.Flags.Flags)
            {
                text.Append(CultureInfo.InvariantCulture, $"complete -c gantry -n {condition}{FishFlag(flag)}\n");
            }

            if (Arguments(command) is { Length: > 0 } values)
            {
                text.Append(CultureInfo.InvariantCulture, $"complete -c gantry -n {condition} -a {BashQuoting.Exact(values.Trim())}\n");
            }
        }

        return text.ToString();
    }

    private IEnumerable<string> Names() => commands.SelectMany(command => command.Aliases.Prepend(command.Name));

    private static string Arguments(Command command) =>
        command.ArgumentsText.Contains('|', StringComparison.Ordinal) ? command.ArgumentsText.Replace('|', ' ') + " " : "";

    private static string Words(IEnumerable<Flag> flags) =>
        string.Join(' ', flags.SelectMany(flag => flag.Names).Select(name => name.Length == 1 ? $"-{name}" : $"--{name}"));

    private static string ZshFlag(Flag flag)
    {
        var names = flag.Names.Select(name => name.Length == 1 ? $"-{name}" : $"--{name}").ToList();
        var help = flag.Help.Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
        var rest = $"[{help}]{(flag.IsSwitch ? "" : IsFile(flag) ? ":file:_files" : ":value:")}";
        return string.Join(' ', names.Select(name => BashQuoting.Exact((names.Count > 1 ? $"({string.Join(' ', names)})" : "") + name + rest)));
    }

    private static string FishFlag(Flag flag) =>
        string.Concat(flag.Names.Select(name => name.Length == 1 ? $" -s {name}" : $" -l {name}"))
        + (flag.IsSwitch ? "" : IsFile(flag) ? " -r -F" : " -r") + " -d " + BashQuoting.Exact(flag.Help);

    private static bool IsFile(Flag flag) =>
        flag.Names.Any(name => name is "config" or "template-config" or "state-dir" or "working-directory" or "data" || name.EndsWith("-file", StringComparison.Ordinal));
}
