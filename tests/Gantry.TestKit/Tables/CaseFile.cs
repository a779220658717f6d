using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Xunit;
using Xunit.v3;

namespace Gantry.TestKit.Tables;

/// <summary>One file of tests/conformance/runner.</summary>
public static class CaseFile
{
    /// <summary>The folder that holds <c>Gantry.slnx</c>.</summary>
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "tests", "conformance", "runner");

    /// <summary>The cases of the tables that the running test names with <see cref="TablesAttribute"/>; says how many there are.</summary>
    /// <param name="only">The tables asked for now, when a test takes them in parts.</param>
    public static IReadOnlyList<TableCase> OfThisTest(params string[] only)
    {
        var context = TestContext.Current;
        var method = (context.TestMethod as IXunitTestMethod)?.Method ?? throw new InvalidOperationException("no test runs here");
        List<TableCase> found = [];
        foreach (var named in method.GetCustomAttributes<TablesAttribute>())
        {
            var cases = Read(named.File)
                .Where(one => (named.Tables.Count == 0 || named.Tables.Contains(one.Table)) && (only.Length == 0 || only.Contains(one.Table)))
                .Where(one => ReasonNotToRun(named.File, one) is null).ToList();
            foreach (var table in cases.GroupBy(one => one.Table))
            {
                ReadBy(context)[$"{named.File}/{table.Key}"] = true;
                context.TestOutputHelper?.WriteLine($"conformance: {named.File}/{table.Key} {table.Count()}");
            }

            found.AddRange(cases);
        }

        return found.Count > 0 ? found : throw new InvalidOperationException($"{method.Name} has no [Tables] with cases.");
    }

    /// <summary>What tests/Gantry.Conformance.Tests/NotRun.txt names.</summary>
    public static IReadOnlyList<NotRunLine> NotRun { get; } = NotRunLine.ReadAll(Path.Combine(Root, "tests", "Gantry.Conformance.Tests", "NotRun.txt"));

    /// <summary>Null when the case is to be run.</summary>
    public static string? ReasonNotToRun(string file, TableCase one) => NotRun.FirstOrDefault(line => line.Covers(file, one))?.Reason;

    /// <summary>The tables of a file, in its order.</summary>
    public static IReadOnlyList<string> TablesOf(string file) => [.. Read(file).Select(one => one.Table).Distinct()];

    /// <summary>The cases of a file, in its order.</summary>
    public static IReadOnlyList<TableCase> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file + ".json")));
        return
        [
            .. document.RootElement.GetProperty("cases").EnumerateArray().Select(one => new TableCase(
                one.GetProperty("name").GetString()!, one.GetProperty("table").GetString()!,
                one.GetProperty("input").Clone(), one.GetProperty("expected").Clone())),
        ];
    }

    internal static ConcurrentDictionary<string, bool> ReadBy(ITestContext context) =>
        (ConcurrentDictionary<string, bool>)context.KeyValueStorage.GetOrAdd(
            "tables read by " + context.Test?.UniqueID, _ => new ConcurrentDictionary<string, bool>())!;

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Gantry.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("Gantry.slnx was not found above the tests.");
    }
}
