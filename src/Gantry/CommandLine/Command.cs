namespace Gantry.CommandLine;

/// <summary>
/// One word of the command line: its flags and what it does. A fresh instance per process; <see cref="RunAsync"/> is
/// called once, after <see cref="Flags"/> were parsed without problems.
/// </summary>
internal abstract class Command(string name, string summary)
{
    public string Name { get; } = name;

    /// <summary>One line for the list of commands.</summary>
    public string Summary { get; } = summary;

    /// <summary>Callable, but not in the list: what job scripts call.</summary>
    public bool Hidden { get; protected init; }

    /// <summary>What follows the flags, for the usage line; empty when nothing may.</summary>
    public string ArgumentsText { get; protected init; } = "";

    public FlagSet Flags { get; } = new();

    /// <returns>The process's exit status.</returns>
    public abstract Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken);
}
