namespace Gantry.CommandLine;

/// <summary>A command cannot go on: the message says what was expected and how to mend it. Printed once, at the top.</summary>
internal sealed class CommandException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
