namespace Gantry.Terminal;

/// <summary>What commands say and ask. Tests give their own.</summary>
internal interface ITerminal
{
    /// <summary>Results: what a script may read.</summary>
    TextWriter Output { get; }

    /// <summary>Prompts, logs and complaints.</summary>
    TextWriter Error { get; }

    /// <summary>Somebody can answer a question.</summary>
    bool IsInteractive { get; }

    /// <summary>Colours and cursor moves make sense on <see cref="Output"/>.</summary>
    bool OutputIsTerminal { get; }

    /// <summary>Columns and rows of the terminal.</summary>
    (int Width, int Height) Size { get; }

    /// <summary>A key that was pressed; null when there is none, or nobody who could press one.</summary>
    ConsoleKey? TryReadKey();

    /// <summary>The next line of standard input; null at its end.</summary>
    string? ReadLine();
}
