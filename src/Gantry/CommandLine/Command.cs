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
    /// <summary>Callable, but not in the list: what job scripts call.</summary>
    public bool Hidden { get; init; }

    /// <summary>What follows the flags, for the usage line; empty when nothing may.</summary>
    public string ArgumentsText { get; init; } = "";
}
