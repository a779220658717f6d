namespace Gantry.Coordinator.Web.Logs;

/// <summary>A collapsible part of a log, from <c>section_start</c> to <c>section_end</c>.</summary>
internal sealed record LogSection
{
    /// <summary>From 1, in the order of the start markers.</summary>
    public required int Id { get; init; }

    /// <summary>Id of the section around it; 0 at top level.</summary>
    public required int Parent { get; init; }

    /// <summary><c>[A-Za-z0-9_.-]+</c></summary>
    public required string Name { get; init; }

    /// <summary>Seconds since the Unix epoch, as the marker says.</summary>
    public required long Start { get; init; }

    /// <summary>Seconds since the Unix epoch; null while open, and for a section that was never ended.</summary>
    public long? End { get; init; }

    /// <summary>Number of the header line; 0 while there is none.</summary>
    public int HeaderLine { get; init; }

    public bool Collapsed { get; init; }

    public bool HideDuration { get; init; }
}
