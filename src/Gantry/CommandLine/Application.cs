using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using Gantry.Commands;
using Gantry.Engine.Plans;
using Gantry.Engine.Processes;
using Gantry.Logging;
using Gantry.Runner;
using Gantry.Terminal;
using Microsoft.Extensions.Logging;

namespace Gantry.CommandLine;

/// <summary>
/// The composition root: reads arguments and environment once, sets up the log, runs one command
/// (official-cli-config §1.2). Exit status 1 for every failure unless a command says otherwise.
/// </summary>
internal static partial class Application
{
    public static async Task<int> RunAsync(string[] words, ITerminal terminal, TimeProvider time)
    {
        var environment = ReadEnvironment();
        var host = ReadHost(environment);
        var global = new GlobalFlags();
        var outcome = global.Set.Parse(words, environment);
        using var logs = new LineLoggerProvider(terminal.Error, time);
        if (outcome.Problems.Count > 0)
        {
            return Refuse(terminal, outcome.Problems, "gantry --help");
        }

        if (global.Apply(logs) is { } problem)
        {
            return Refuse(terminal, [problem], "gantry --help");
        }

        if (global.Version.Value)
        {
            WriteVersion(terminal.Output, host.Version);
            return 0;
        }

        var commands = CommandTable.All();
        var name = outcome.Arguments.Count > 0 ? outcome.Arguments[0] : "help";
        if (global.Help.Value || name is "help" or "h")
        {
            return ShowHelp(terminal, host.Version, commands, global.Set, outcome.Arguments.Skip(1).FirstOrDefault());
        }

        var command = commands.FirstOrDefault(candidate => candidate.IsCalled(name));
        if (command is null)
        {
            var near = Engine.Spelling.Nearest(name, commands.Where(c => !c.Hidden).SelectMany(c => c.Aliases.Prepend(c.Name)));
            return Refuse(terminal, [$"Command {name} not found.{(near is null ? "" : $" Did you mean {near}?")}"], "gantry --help");
        }

        return await RunCommandAsync(command, outcome.Arguments.Skip(1).ToList(), new CommandContext
        {
            Terminal = terminal,
            Arguments = [],
            Environment = environment,
            Logs = logs,
            Loggers = new LoggerFactory([logs]),
            Time = time,
            Host = host,
            LogSettingsFixed = global.LogSettingsGiven,
        });
    }

    private static async Task<int> RunCommandAsync(Command command, List<string> words, CommandContext context)
    {
        if (words.TakeWhile(word => word != "--").Any(word => word is "--help" or "-help" or "-h"))
        {
            HelpText.WriteCommand(context.Terminal.Output, command);
            return 0;
        }

        var outcome = command.Flags.Parse(words, context.Environment);
        var problems = outcome.Problems.ToList();
        if (outcome.Arguments.Count > 0 && command.ArgumentsText.Length == 0)
        {
            problems.Add($"unexpected argument '{outcome.Arguments[0]}'{(outcome.Arguments[0] is "true" or "false" ? "; boolean values need the form --flag=value" : "")}");
        }

        if (problems.Count > 0)
        {
            return Refuse(context.Terminal, problems, $"gantry {command.Name} --help");
        }

        // Before the first line is written: that takes the console, and the platform leaves alone for good what was ignored then.
        foreach (var signal in command.HeededSignals)
        {
            IgnoredSignals.Restore(signal);
        }

        if (command.NamesPlatform)
        {
            NamePlatform(context);
        }

        try
        {
            return await command.RunAsync(context with { Arguments = outcome.Arguments }, CancellationToken.None);
        }
        catch (CommandException error)
        {
            context.Terminal.Error.WriteLine($"\e[31;1mFATAL: {error.Message}\e[0;m");
            return error.ExitCode;
        }
    }

    private static void NamePlatform(CommandContext context)
    {
        var logger = context.Loggers.CreateLogger("Gantry.CommandLine");
        var version = context.Host.Version;
        using var fields = LogFields.With(
            logger, ("arch", version.Architecture), ("os", version.Platform), ("pid", Environment.ProcessId), ("revision", version.Revision),
            ("version", version.Version));
        Log.Platform(logger);
    }

    private static int Refuse(ITerminal terminal, IReadOnlyList<string> problems, string help)
    {
        foreach (var problem in problems)
        {
            terminal.Error.WriteLine($"\e[31;1mFATAL: {problem}\e[0;m");
        }

        terminal.Error.WriteLine($"See '{help}'.");
        return 1;
    }

    private static int ShowHelp(
        ITerminal terminal, ProductVersion version, IReadOnlyList<Command> commands, FlagSet global, string? topic)
    {
        if (topic is null)
        {
            HelpText.WriteProgram(terminal.Output, version, commands, global);
            return 0;
        }

        if (commands.FirstOrDefault(candidate => candidate.IsCalled(topic)) is not { } command)
        {
            return Refuse(terminal, [$"Command {topic} not found."], "gantry --help");
        }

        HelpText.WriteCommand(terminal.Output, command);
        return 0;
    }

    // The official six lines; the runtime's line is named for what this program is written in.
    private static void WriteVersion(TextWriter writer, ProductVersion version)
    {
        (string Label, string Value)[] rows =
        [
            ("Version:", version.Version),
            ("Git revision:", version.Revision),
            (".NET version:", RuntimeInformation.FrameworkDescription.Replace(".NET ", "", StringComparison.Ordinal)),
            ("OS/Arch:", $"{version.Platform}/{version.Architecture}"),
        ];
        foreach (var (label, value) in rows)
        {
            writer.WriteLine(label.PadRight(14) + value);
        }
    }

    private static Dictionary<string, string> ReadEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => entry.Value as string ?? "", StringComparer.Ordinal);

    private static HostFacts ReadHost(Dictionary<string, string> environment)
    {
        var home = environment.GetValueOrDefault("HOME") is { Length: > 0 } value
            ? value
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var informational = typeof(Application).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        var plus = informational.IndexOf('+', StringComparison.Ordinal);
        var version = plus < 0 ? informational : informational[..plus];
        var revision = plus < 0 ? "HEAD" : informational[(plus + 1)..Math.Min(informational.Length, plus + 9)];
        var platform = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.X86 => "386",
            var other => other.ToString().ToLowerInvariant(),
        };
        return new HostFacts(
            Environment.IsPrivilegedProcess, home, Environment.CurrentDirectory, Environment.MachineName,
            Environment.ProcessPath ?? "gantry", new ProductVersion("gantry", version, revision, platform, architecture));
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Runtime platform")]
        public static partial void Platform(ILogger logger);
    }
}
