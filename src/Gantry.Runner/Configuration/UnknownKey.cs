namespace Gantry.Runner.Configuration;

/// <summary>A key of a file that no table knows.</summary>
/// <param name="Key">Dotted.</param>
/// <param name="Line">From 1.</param>
/// <param name="Meant">What it probably should be; null when nothing is near.</param>
public sealed record UnknownKey(string Key, int Line, string? Meant)
{
    public override string ToString() => $"{Key} (line {Line}{(Meant is null ? "" : $"; did you mean {Meant}?")})";
}
