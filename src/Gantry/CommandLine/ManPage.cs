using System.Text;
using Gantry.Engine.Plans;

namespace Gantry.CommandLine;

/// <summary>The manual page gantry(1), made from the commands' own help: roff with the man macros.</summary>
internal static class ManPage
{
    public static void Write(TextWriter writer, ProductVersion version, IEnumerable<Command> commands, FlagSet global)
    {
        writer.WriteLine($".TH GANTRY 1 \"\" \"gantry {Text(version.Version)}\" \"User Commands\"");
        writer.WriteLine(".SH NAME\ngantry \\- CI runner for GitLab");
        writer.WriteLine(".SH SYNOPSIS\n.B gantry\n[\\fIglobal options\\fR] \\fIcommand\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]");
        writer.WriteLine(".SH DESCRIPTION");
        writer.WriteLine("Runs the jobs of a GitLab instance on this machine with the configuration and the commands of the official runner,");
        writer.WriteLine("runs the pipeline of a checkout without any server, and serves a small GitLab\\-compatible CI.");
        writer.WriteLine(".SH GLOBAL OPTIONS");
        WriteFlags(writer, global);
        writer.WriteLine(".SH COMMANDS");
        foreach (var command in commands.Where(command => !command.Hidden))
        {
            writer.WriteLine($".SS {Text(command.Name)} {Text(command.ArgumentsText)}".TrimEnd());
            writer.WriteLine(Line(command.Summary));
            WriteFlags(writer, command.Flags);
        }

        writer.WriteLine(".SH FILES");
        WriteFile(writer, "/etc/gitlab-runner/config.toml", "Configuration, as root.");
        WriteFile(writer, "~/.gitlab-runner/config.toml", "Configuration of other users.");
        WriteFile(writer, "/var/lib/gantry, ~/.local/state/gantry", "Gantry's own state: journals of jobs, mirrors of projects.");
    }

    private static void WriteFile(TextWriter writer, string path, string meaning) =>
        writer.WriteLine($".TP\n.I {Text(path)}\n{Line(meaning)}");

    private static void WriteFlags(TextWriter writer, FlagSet flags)
    {
        foreach (var flag in flags.Flags)
        {
            var names = flag.Names.Select(name => $"\\fB{Text(name.Length == 1 ? $"-{name}" : $"--{name}")}\\fR");
            writer.WriteLine($".TP\n{string.Join(", ", names)}{(flag.IsSwitch ? "" : " \\fIvalue\\fR")}");
            var more = new StringBuilder(flag.Help);
            if (flag.DefaultText.Length > 0)
            {
                more.Append(" (default: ").Append(flag.DefaultText).Append(')');
            }

            if (flag.Environment is { } variable)
            {
                more.Append(" [$").Append(variable).Append(']');
            }

            writer.WriteLine(Line(more.ToString()));
        }
    }

    /// <summary>A line of text: roff takes a leading dot or apostrophe for a request.</summary>
    private static string Line(string text) => text.StartsWith('.') || text.StartsWith('\'') ? "\\&" + Text(text) : Text(text);

    private static string Text(string text) =>
        text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
