namespace Gantry.Coordinator.Web.Logs;

/// <summary>A stretch of a line that does not look plain. Stretches are in order and do not overlap.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Length">UTF-16 units.</param>
/// <param name="Style">Its look.</param>
internal readonly record struct LogRun(int Start, int Length, LogStyle Style);

/// <summary>One visible line of a job's log: no header bytes, no escape sequences, no section markers, valid text.</summary>
internal sealed class LogLine
{
    /// <summary>From 1, without gaps; the <c>n</c> of <c>#L&lt;n&gt;</c>.</summary>
    public required int Number { get; init; }

    /// <summary>Milliseconds since the Unix epoch, from the line's timestamp header.</summary>
    public long? Time { get; init; }

    /// <summary>The stream was standard error.</summary>
    public bool IsError { get; init; }

    /// <summary>Id of the innermost section the line is in; 0 outside. A header line is in the section around its own.</summary>
    public int Section { get; init; }

    /// <summary>Id of the section this line is the header of; 0 for every other line.</summary>
    public int HeaderOf { get; init; }

    public required string Text { get; init; }

    public IReadOnlyList<LogRun> Runs { get; init; } = [];
}
