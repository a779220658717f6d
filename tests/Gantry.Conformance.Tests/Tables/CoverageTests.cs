using System.Text.RegularExpressions;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Tables;

/// <summary>No table of tests/conformance/runner is forgotten: a test runs it, or NotRun.txt says why not.</summary>
public sealed partial class CoverageTests(ITestOutputHelper output)
{
    private readonly List<(string File, TableCase One)> _cases =
    [
        .. Directory.EnumerateFiles(CaseFile.Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)
            .SelectMany(file => CaseFile.Read(file).Select(one => (file, one))),
    ];

    [Fact]
    public void Every_case_is_run_or_named_with_a_reason()
    {
        var named = Directory.EnumerateFiles(Path.Combine(CaseFile.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Attribute().Matches(File.ReadAllText(file)))
            .Select(match => Literal().Matches(match.Groups[1].Value).Select(literal => literal.Groups[1].Value).ToList())
            .SelectMany(words => words.Count == 1 ? CaseFile.TablesOf(words[0]).Select(table => $"{words[0]}/{table}") : words.Skip(1).Select(table => $"{words[0]}/{table}"))
            .ToHashSet();

        var run = _cases.Where(one => named.Contains($"{one.File}/{one.One.Table}") && CaseFile.ReasonNotToRun(one.File, one.One) is null).ToList();
        var left = _cases.Where(one => CaseFile.ReasonNotToRun(one.File, one.One) is not null).ToList();
        var forgotten = _cases.Except(run).Except(left).Select(one => $"{one.File}/{one.One.Table}").Distinct().ToList();

        output.WriteLine($"conformance: {run.Count} of {_cases.Count} cases run, {left.Count} do not apply");
        Assert.True(forgotten.Count == 0, "neither run by a test nor named in NotRun.txt:\n" + string.Join('\n', forgotten));
        Assert.Empty(named.Except(_cases.Select(one => $"{one.File}/{one.One.Table}")));
    }

    [Fact]
    public void Every_line_of_the_list_names_cases_that_are_there()
    {
        var idle = CaseFile.NotRun.Where(line => line.Reason.Length == 0 || !_cases.Any(one => line.Covers(one.File, one.One))).Select(line => line.Pattern);
        Assert.Empty(idle);
    }

    [GeneratedRegex("""\[(?:\w+, )?Tables\(([^)]*)\)\]""")]
    private static partial Regex Attribute();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Literal();
}
