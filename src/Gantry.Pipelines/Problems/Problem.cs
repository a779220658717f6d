namespace Gantry.Pipelines.Problems;

/// <summary>Something that is wrong, or noteworthy, in a configuration.</summary>
public sealed record Problem
{
    /// <summary>GitLab's own sentence, as it would appear in <c>yaml_errors</c>.</summary>
    public required string Message { get; init; }

    /// <summary>The file, as its include names it; null when the problem is in no file.</summary>
    public string? File { get; init; }

    /// <summary>From 1; 0 when the place is not known.</summary>
    public int Line { get; init; }

    /// <summary>From 1; 0 when the place is not known.</summary>
    public int Column { get; init; }

    /// <summary>How to put it right, when that can be said.</summary>
    public string? Hint { get; init; }

    /// <summary><c>file:line:column: message (hint)</c>, the form terminals make clickable.</summary>
    public override string ToString()
    {
        var place = File is null ? "" : Line > 0 ? $"{File}:{Line}:{Column}: " : $"{File}: ";
        return Hint is null ? place + Message : $"{place}{Message} ({Hint})";
    }
}
