namespace Gantry.Engine.Shells;

/// <summary>One word of a command, and how far the job's shell may look into it.</summary>
/// <param name="Text">The text as meant.</param>
/// <param name="Kind">How it is quoted.</param>
public readonly record struct Word(string Text, WordKind Kind)
{
    public static implicit operator Word(string text) => FromString(text);

    /// <summary>Reaches the command byte for byte.</summary>
    public static Word FromString(string text) => new(text, WordKind.Exact);

    /// <summary>The job's shell replaces <c>$NAME</c> in it.</summary>
    public static Word Expanding(string text) => new(text, WordKind.Expanding);

    /// <summary>A path in the place of the job; a relative one is taken from the folder the script is in at that point.</summary>
    public static Word Path(string path) => new(path, WordKind.Path);
}

/// <summary>How a <see cref="Word"/> is quoted.</summary>
public enum WordKind
{
    Exact,
    Expanding,
    Path,
}
