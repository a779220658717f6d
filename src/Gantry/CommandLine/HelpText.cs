using Gantry.Engine.Plans;

namespace Gantry.CommandLine;

/// <summary>Help in the official layout: NAME, USAGE, COMMANDS or OPTIONS; long lists stand under headings.</summary>
internal static class HelpText
{
    private const int WidestLeft = 44;

    private static readonly (CommandGroup Group, string Heading)[] Headings =
    [
        (CommandGroup.Runners, "RUNNERS"),
        (CommandGroup.Daemon, "RUNNING JOBS"),
        (CommandGroup.Service, "SERVICE OF THE OPERATING SYSTEM"),
        (CommandGroup.Server, "SERVER AND LOCAL PIPELINES"),
        (CommandGroup.Help, "HELP"),
    ];

    public static void WriteProgram(TextWriter writer, ProductVersion version, IEnumerable<Command> commands, FlagSet global)
    {
        writer.WriteLine("NAME:\n   gantry - a CI runner for GitLab\n");
        writer.WriteLine("USAGE:\n   gantry [global options] command [command options] [arguments...]\n");
        writer.WriteLine($"VERSION:\n   {version.Version} ({version.Revision})\n");
        writer.WriteLine("COMMANDS:");
        var visible = commands.Where(command => !command.Hidden).ToList();
        var width = visible.Max(command => Words(command).Length) + 2;
        foreach (var (group, heading) in Headings)
        {
            writer.WriteLine($"   {heading}");
            foreach (var command in visible.Where(command => command.Group == group))
            {
                writer.WriteLine($"     {Words(command).PadRight(width)}{command.Summary}");
            }
        }

        writer.WriteLine("\nGLOBAL OPTIONS:");
        WriteFlags(writer, global.Flags);
        writer.WriteLine("\nRun 'gantry COMMAND --help' for the options of a command.");
    }

    public static void WriteCommand(TextWriter writer, Command command)
    {
        writer.WriteLine($"NAME:\n   gantry {Words(command)} - {command.Summary}\n");
        writer.WriteLine($"USAGE:\n   gantry {command.Name} [command options]{(command.ArgumentsText.Length > 0 ? " " + command.ArgumentsText : "")}");
        if (command.Details.Length > 0)
        {
            writer.WriteLine($"\n{command.Details}");
        }

        foreach (var group in command.Flags.Flags.GroupBy(flag => flag.Group))
        {
            writer.WriteLine(group.Key.Length == 0 ? "\nOPTIONS:" : $"\n{group.Key}:");
            WriteFlags(writer, [.. group]);
        }
    }

    private static string Words(Command command) => string.Join(", ", command.Aliases.Prepend(command.Name));

    private static void WriteFlags(TextWriter writer, IReadOnlyList<Flag> flags)
    {
        var rows = flags.Select(flag => (Left: Left(flag), Right: Right(flag))).ToList();
        var width = Math.Min(WidestLeft, rows.Max(row => row.Left.Length)) + 2;
        foreach (var (left, right) in rows)
        {
            // A flag that is too long gets a line of its own, so that the texts stay in one column.
            writer.WriteLine(left.Length > WidestLeft
                ? $"   {left}\n   {new string(' ', width)}{right}"
                : $"   {left.PadRight(width)}{right}");
        }
    }

    private static string Left(Flag flag)
    {
        var names = flag.Names.Select(name => name.Length == 1 ? $"-{name}" : $"--{name}");
        return string.Join(", ", names) + (flag.IsSwitch ? "" : " value");
    }

    private static string Right(Flag flag) =>
        flag.Help
        + (flag.DefaultText.Length > 0 ? $" (default: \"{flag.DefaultText}\")" : "")
        + (flag.Environment is null ? "" : $" [${flag.Environment}]");
}
