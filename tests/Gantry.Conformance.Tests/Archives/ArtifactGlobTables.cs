using System.Text.Json;
using Gantry.Engine.Archives;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Archives;

/// <summary>artifact-globs.json. <c>{project}</c> is a folder of the test, <c>{name}</c> its name.</summary>
public sealed class ArtifactGlobTables : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gantry-globs-").FullName;
    private readonly List<ArchiveNotice> _notices = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact(Timeout = 60_000)]
    [Tables("artifact-globs", "globs", "exclude", "single")]
    public async Task Paths_and_excludes_select_the_official_files()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            var project = Build(one.Name, input);
            _notices.Clear();
            var files = await SelectAsync(project, input);
            Compare(one, [.. files.Where(file => file.Path != ".").Select(file => file.Path)]);
        }

        Assert.Equal(18, cases.Count);
    }

    [Fact(Timeout = 30_000)]
    [Tables("artifact-globs", "excluded")]
    [Trait("Trap", "24")]
    public async Task Exclude_patterns_match_whole_paths()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            var project = Directory.CreateDirectory(Path.Combine(_root, one.Name)).FullName;
            Touch(project, input.Text("path"));
            _notices.Clear();
            var files = await SelectAsync(project, [input.Text("path")], [input.Text("pattern")], untracked: null);
            Assert.True(one.Expected.GetProperty("excluded").GetBoolean() == (files.Count == 0), one.Name);
            ExpectWarning(one);
        }

        Assert.Equal(3, cases.Count);
    }

    [Fact]
    [Tables("artifact-globs", "in-project")]
    public void Paths_lie_in_the_project_or_do_not()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var inside = ProjectPath.Relative(_root, Fill(one.Input.Text("path"), _root)) is not null;
            Assert.True(one.Expected.GetProperty("in_project").GetBoolean() == inside, one.Name);
        }

        Assert.Equal(7, cases.Count);
    }

    private void Compare(TableCase one, List<string> files)
    {
        var expected = one.Expected;
        if (expected.TryGetProperty("files", out _))
        {
            Assert.Equal(expected.Texts("files").Order(StringComparer.Ordinal), files);
        }

        if (expected.TryGetProperty("sorted", out _))
        {
            Assert.Equal(expected.Texts("sorted"), files);
        }

        if (expected.TryGetProperty("excluded_count", out var count))
        {
            var sum = _notices.Where(n => n.Text.Contains(": excluded ", StringComparison.Ordinal)).Sum(n => int.Parse(n.Text.Split(' ')[^2]));
            Assert.True(count.GetInt32() == sum, one.Name);
        }

        if (expected.TryGetProperty("excluded_by", out var rules))
        {
            Assert.All(rules.EnumerateObject(), rule =>
                Assert.Contains(ArchiveNotice.Note($"{rule.Name}: excluded {rule.Value.GetInt32()} files"), _notices));
        }

        ExpectWarning(one);
    }

    private void ExpectWarning(TableCase one)
    {
        if (one.Expected.TryGetProperty("warning_contains", out var fragment))
        {
            var warning = Assert.Single(_notices, n => n.Level == NoticeLevel.Warning);
            Assert.Contains(fragment.GetString()!, warning.Text, StringComparison.Ordinal);
        }
    }

    private string Build(string name, JsonElement input)
    {
        var project = Directory.CreateDirectory(Path.Combine(_root, name.Replace('/', '-'))).FullName;
        foreach (var folder in input.Texts("existing_dirs"))
        {
            Directory.CreateDirectory(Path.Combine(project, folder));
        }

        foreach (var file in input.Texts("existing_files"))
        {
            Touch(project, file);
        }

        return project;
    }

    private Task<IReadOnlyList<FileEntry>> SelectAsync(string project, JsonElement input)
    {
        var untracked = input.TryGetProperty("untracked", out var wanted) && wanted.GetBoolean()
            ? new UntrackedFiles(input.Texts("existing_files"), null)
            : null;
        return SelectAsync(project, input.Texts("paths"), input.Texts("exclude"), untracked);
    }

    private Task<IReadOnlyList<FileEntry>> SelectAsync(string project, List<string> paths, List<string> exclude, UntrackedFiles? untracked) =>
        FileSelection.SelectAsync(
            new FileSelectionRequest
            {
                WorkingDirectory = project,
                Paths = [.. paths.Select(path => Fill(path, project))],
                Exclude = [.. exclude.Select(path => Fill(path, project))],
                Untracked = untracked is null ? null : _ => Task.FromResult(untracked),
                Report = _notices.Add,
            },
            TestContext.Current.CancellationToken);

    private static string Fill(string text, string project) =>
        text.Replace("{project}", project, StringComparison.Ordinal).Replace("{name}", Path.GetFileName(project), StringComparison.Ordinal);

    private static void Touch(string project, string file)
    {
        var path = Path.Combine(project, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, file);
    }
}
