using Gantry.Engine.Plans;

namespace Gantry.CommandLine;

/// <summary>Help in the official layout: NAME, USAGE, COMMANDS or OPTIONS.</summary>
internal static class HelpText
{
    public static void WriteProgram(TextWriter writer, ProductVersion version, IEnumerable<Command> commands, FlagSet global)
    {
        writer.WriteLine("NAME:\n   gantry - a CI runner for GitLab\n");
        writer.WriteLine("USAGE:\n   gantry [global options] command [command options] [arguments...]\n");
        writer.WriteLine($"VERSION:\n   {version.Version} ({version.Revision})\n");
        writer.WriteLine("COMMANDS:");
        var visible = commands.Where(command => !command.Hidden).ToList();
        var width = visible.Max(command => command.Name.Length) + 2;
        foreach (var command in visible)
        {
            writer.WriteLine($"   {command.Name.PadRight(width)}{command.Summary}");
        }

        writer.WriteLine("\nGLOBAL OPTIONS:");
        WriteFlags(writer, global);
        writer.WriteLine("\nRun 'gantry COMMAND --help' for the options of a command.");
    }

    public static void WriteCommand(TextWriter writer, Command command)
    {
        writer.WriteLine($"NAME:\n   gantry {command.Name} - {command.Summary}\n");
        writer.WriteLine($"USAGE:\n   gantry {command.Name} [command options]{(command.ArgumentsText.Length > 0 ? " " + command.ArgumentsText : "")}\n");
        if (command.Flags.Flags.Count > 0)
        {
            writer.WriteLine("OPTIONS:");
            WriteFlags(writer, command.Flags);
        }
    }

    private static void WriteFlags(TextWriter writer, FlagSet flags)
    {
        var rows = flags.Flags.Select(flag => (Left: Left(flag), Right: Right(flag))).ToList();
        var width = Math.Min(44, rows.Max(row => row.Left.Length)) + 2;
        foreach (var (left, right) in rows)
        {
            writer.WriteLine($"   {left.PadRight(width)}{right}");
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
