namespace Gantry.Coordinator.Web.Logs;

/// <summary>Changes of a log. Whoever follows keeps lines by number and sections by id, puts these in, and drops lines past the count.</summary>
/// <param name="Lines">New and changed lines; a number may come twice, the later one counts.</param>
/// <param name="Sections">New and changed sections; likewise.</param>
/// <param name="LineCount">How many lines the log has now.</param>
/// <param name="Offset">Bytes of the raw trace this reflects.</param>
internal sealed record LogBatch(IReadOnlyList<LogLine> Lines, IReadOnlyList<LogSection> Sections, int LineCount, long Offset);
