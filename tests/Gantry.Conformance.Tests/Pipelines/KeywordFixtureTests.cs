using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Inputs;
using Gantry.Pipelines.Merging;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Conformance.Tests.Pipelines;

/// <summary>
/// GitLab's fixtures for its editor schema: every top-level key of a positive file is accepted, every one of a negative file
/// refused. The fixtures are no whole pipelines, so keywords are checked and not what lies between jobs.
/// </summary>
public sealed class KeywordFixtureTests(ITestOutputHelper output)
{
    private const string NullIsNotGiven = "the server reads a key without a value as not given";
    private const string ServerTakesLists = "the server takes a list for every report";

    /// <summary>File and key → why the server, and so Gantry, differs from the schema.</summary>
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["positive/run.yml: step_using_action"] = "from an older revision: `action` steps were removed",
        ["negative/artifacts.yml: browser_performance no paths"] = NullIsNotGiven,
        ["negative/artifacts.yml: cyclonedx no paths"] = NullIsNotGiven,
        ["negative/rules.yml: rules-if-empty"] = NullIsNotGiven,
        ["negative/artifacts.yml: browser_performance list of string paths"] = ServerTakesLists,
        ["negative/artifacts.yml: browser_performance mixed list of string paths and globs"] = ServerTakesLists,
        ["negative/artifacts.yml: browser_performance string array"] = ServerTakesLists,
        ["negative/artifacts.yml: performance string path"] = "the server still takes the old name of browser_performance",
    };

    [Fact]
    public void Every_fixture_is_judged_as_GitLab_does()
    {
        var failures = new List<string>();
        var (accepted, refused) = (0, 0);
        foreach (var (isPositive, name, document) in Fixtures())
        {
            var problems = new ProblemList();
            Check(document, problems);
            var agrees = problems.Errors.Count == 0 == isPositive;
            _ = isPositive ? accepted++ : refused++;
            if (agrees == Exceptions.ContainsKey(name))
            {
                failures.Add(agrees ? $"{name}: agrees now, remove it from the exceptions"
                    : isPositive ? $"{name}: {string.Join("; ", problems.Errors.Select(problem => problem.Message))}" : $"{name}: was accepted");
            }
        }

        output.WriteLine($"{accepted} positive and {refused} negative keys, {failures.Count} failures, {Exceptions.Count} exceptions");
        Assert.True(failures.Count == 0, string.Join("\n", failures));
        Assert.True(accepted > 100 && refused > 100);
    }

    private static IEnumerable<(bool IsPositive, string Name, YamlMap Document)> Fixtures()
    {
        foreach (var kind in new[] { "positive", "negative" })
        {
            foreach (var path in Files(kind).Concat(Files(kind + "-json")))
            {
                var problems = new ProblemList();
                var name = Path.GetRelativePath(ConformanceFiles.Folder("ci-yaml"), path).Replace('\\', '/');
                if (NodeBuilder.Build(File.ReadAllText(path), name, line => line, problems) is not YamlMap root)
                {
                    throw new InvalidDataException($"{name}: {string.Join("; ", problems.Errors)}");
                }

                var isNested = name.Contains("workflow/auto_cancel/on_", StringComparison.Ordinal) && !name.Contains("workflow/rules", StringComparison.Ordinal);
                foreach (var entry in root.Entries)
                {
                    yield return (kind == "positive", $"{name}: {entry.Key.Text}", isNested && entry.Value is YamlMap inner ? inner : new YamlMap([entry], root.Mark));
                }
            }
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory
        .EnumerateFiles(Path.Combine(ConformanceFiles.Folder("ci-yaml"), folder), "*", SearchOption.AllDirectories)
        .Where(path => path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".json", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static void Check(YamlMap document, ProblemList problems)
    {
        SpecReader.Read(new YamlMap(document.Entries.Where(entry => entry.Key.Text == "spec"), document.Mark), problems);
        IncludeReader.Read(document["include"], problems);
        var root = References.Resolve(document.Without(key => key is "spec" or "include"), problems);
        ConfigurationReader.Read(Runnable(root), problems);
    }

    // Most positive jobs have no script, which only the server asks for; globals alone have no job at all.
    private static YamlMap Runnable(YamlMap root)
    {
        var script = KeyValuePair.Create(YamlScalar.OfText("script", root.Mark), (YamlNode)YamlScalar.OfText("true", root.Mark));
        var jobs = root.Entries.Where(entry => ConfigurationReader.IsJob(entry.Key.Text, entry.Value) && entry.Value is YamlMap).Select(entry =>
        {
            var job = (YamlMap)entry.Value;
            return KeyValuePair.Create(entry.Key, (YamlNode)(job.Has("script") || job.Has("run") || JobReader.IsBridge(job) ? job : job.With([script])));
        });
        var extra = KeyValuePair.Create(YamlScalar.OfText("an extra job", root.Mark), (YamlNode)new YamlMap([script], root.Mark));
        return root.With([.. jobs, extra]);
    }
}
