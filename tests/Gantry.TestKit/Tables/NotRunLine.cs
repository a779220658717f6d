namespace Gantry.TestKit.Tables;

/// <summary>Cases that do not apply to Gantry.</summary>
/// <param name="Pattern"><c>file/*</c>, <c>file/table</c> or <c>file/table/case</c>.</param>
/// <param name="Reason">Why not.</param>
public sealed record NotRunLine(string Pattern, string Reason)
{
    public bool Covers(string file, TableCase one) =>
        Pattern == $"{file}/*" || Pattern == $"{file}/{one.Table}" || Pattern == $"{file}/{one.Name}";

    /// <summary>Lines of <c>pattern: reason</c>; <c>#</c> begins a comment.</summary>
    internal static IReadOnlyList<NotRunLine> ReadAll(string path) =>
    [
        .. File.ReadLines(path).Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(line => line.Split(": ", 2)).Select(parts => new NotRunLine(parts[0], parts.Length == 2 ? parts[1].Trim() : "")),
    ];
}
