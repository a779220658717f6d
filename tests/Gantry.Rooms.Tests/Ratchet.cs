namespace Gantry.Rooms.Tests;

/// <summary>
/// The exceptions to the house rules: one line each in Exceptions.txt, <c>rule | subject | reason</c>. The list may only
/// shrink: a line whose subject no longer breaks its rule fails the test as well.
/// </summary>
internal static class Ratchet
{
    private static readonly IReadOnlyList<(string Rule, string Subject)> Lines =
    [
        .. File.ReadAllLines(Path.Combine(SourceTree.Root, "tests/Gantry.Rooms.Tests/Exceptions.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(parts => parts.Length == 3 && parts[2].Length > 0
                ? (parts[0], parts[1])
                : throw new InvalidDataException($"Exceptions.txt: expected 'rule | subject | reason', got '{string.Join('|', parts)}'")),
    ];

    public static void Hold(string rule, IEnumerable<Violation> found)
    {
        var violations = found.ToList();
        var allowed = Lines.Where(line => line.Rule == rule).Select(line => line.Subject).ToHashSet(StringComparer.Ordinal);
        var fresh = violations.Where(v => !allowed.Contains(v.Subject)).Select(v => $"{v.Subject}: {v.Text}").ToList();
        var stale = allowed.Except(violations.Select(v => v.Subject)).ToList();

        Assert.True(fresh.Count == 0, $"{rule}:\n  {string.Join("\n  ", fresh)}");
        Assert.True(stale.Count == 0, $"{rule}: no longer needed in Exceptions.txt, remove:\n  {string.Join("\n  ", stale)}");
    }
}

/// <param name="Subject">What breaks the rule, in the form Exceptions.txt uses.</param>
/// <param name="Text">What was found and what was expected.</param>
internal readonly record struct Violation(string Subject, string Text);
