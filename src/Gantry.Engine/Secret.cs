namespace Gantry.Engine;

/// <summary>A value that must not be printed. Only <see cref="Reveal"/> gives it; its text is <c>[MASKED]</c>.</summary>
public readonly record struct Secret(string? Value)
{
    private string? Value { get; } = Value;

    public bool IsEmpty => string.IsNullOrEmpty(Value);

    /// <summary>The value itself, for the wire, a 0600 file or an environment.</summary>
    public string Reveal() => Value ?? "";

    public override string ToString() => "[MASKED]";
}
