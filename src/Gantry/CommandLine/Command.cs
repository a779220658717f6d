using System.Runtime.InteropServices;

namespace Gantry.CommandLine;

/// <summary>
/// One word of the command line: its flags and what it does. A fresh instance per process.
/// </summary>
/// <param name="Name">The word.</param>
/// <param name="Summary">One line for the list of commands.</param>
/// <param name="Flags">Parsed without problems before <paramref name="RunAsync"/> is called, once.</param>
/// <param name="RunAsync">Does it; gives the process's exit status.</param>
internal sealed record Command(
    string Name, string Summary, FlagSet Flags, Func<CommandContext, CancellationToken, Task<int>> RunAsync)
{
    /// <summary>Other words for the same.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Heading in the list of commands.</summary>
    public CommandGroup Group { get; init; } = CommandGroup.Runners;

    /// <summary>Callable, but not in the list: what job scripts call.</summary>
    public bool Hidden { get; init; }

    /// <summary>Begins with the line <c>Runtime platform</c> in the log (official-cli-config §1.2.2).</summary>
    public bool NamesPlatform { get; init; }

    /// <summary>
    /// Signals that people send it on purpose: it receives them although whoever started it had them ignored, as <c>nohup</c> and
    /// scripts do with what they put into the background.
    /// </summary>
    public IReadOnlyList<PosixSignal> HeededSignals { get; init; } = [];

    /// <summary>What follows the flags, for the usage line; empty when nothing may.</summary>
    public string ArgumentsText { get; init; } = "";

    /// <summary>More than the summary, for the command's own help; lines are printed as they are.</summary>
    public string Details { get; init; } = "";

    public bool IsCalled(string word) => Name == word || Aliases.Contains(word);
}

/// <summary>Headings of the list of commands, in their order.</summary>
internal enum CommandGroup
{
    Runners,
    Daemon,
    Service,
    Server,
    Help,
}
