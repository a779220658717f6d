using System.Text.Json;
using Gantry.Pipelines;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Variables;

namespace Gantry.Conformance.Tests.Pipelines;

/// <summary>One run of one case folder.</summary>
internal sealed class PipelineCase(string folder, JsonElement whole, JsonElement run)
{
    private const string Project = "group/project";

    public string Name => $"{Path.GetFileName(folder)}{(run.TryGetProperty("runs", out _) || !run.TryGetProperty("checks", out _) ? "/" + run.GetProperty("name").GetString() : "")}";

    public JsonElement Pipeline => run.GetProperty("pipeline");

    public IReadOnlyList<JsonElement> Jobs => [.. run.GetProperty("jobs").EnumerateArray()];

    public bool IsComplete => Field("jobs_complete") is not { ValueKind: JsonValueKind.False };

    public IReadOnlyList<string> Selected => Texts(Field("select"));

    public IReadOnlyList<string> Absent => Texts(Field("absent_jobs"));

    public static IEnumerable<PipelineCase> All()
    {
        foreach (var folder in Directory.EnumerateDirectories(ConformanceFiles.Folder("pipelines")).Order(StringComparer.Ordinal))
        {
            var whole = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expect.json"))).RootElement;
            if (whole.TryGetProperty("runs", out var runs))
            {
                foreach (var run in runs.EnumerateArray())
                {
                    yield return new PipelineCase(folder, whole, run);
                }
            }
            else
            {
                yield return new PipelineCase(folder, whole, whole);
            }
        }
    }

    public PipelineRequest Request()
    {
        var tree = new FolderTree(folder, Project);
        var config = Field("config")?.GetString() ?? ".gitlab-ci.yml";
        return new PipelineRequest
        {
            Configuration = File.ReadAllText(Path.Combine(folder, config)),
            ConfigurationPath = config,
            Facts = Facts(),
            Variables = new VariableLayers { Project = [.. ProjectVariables()], Pipeline = [.. Given()] },
            Inputs = Field("inputs") is { } inputs ? inputs.EnumerateObject().ToDictionary(p => p.Name, p => InputValue.FromJson(p.Value)) : [],
            ChangedFiles = ChangedFiles(),
            Tree = tree,
            Includes = tree,
        };
    }

    private PipelineFacts Facts()
    {
        var branch = Git("branch")?.GetString() ?? "main";
        var tag = Git("tag")?.GetString();
        return new PipelineFacts
        {
            Source = Field("pipeline_source")?.GetString() ?? PipelineSources.Push,
            Reference = tag is null ? new GitReference(branch, GitReferenceKind.Branch) : new GitReference(tag, GitReferenceKind.Tag),
            Commit = new CommitFacts { Sha = new string('a', 40), Message = Git("message")?.GetString() ?? "first", Author = "A <a@example.com>" },
            Project = new ProjectFacts { FullPath = Project, DefaultBranch = Git("default_branch")?.GetString() ?? "main" },
            Server = new ServerFacts { Url = "https://ci.example.com" },
        };
    }

    private IReadOnlyList<string>? ChangedFiles()
    {
        if (Git("commits") is { } commits)
        {
            return Texts(commits.EnumerateArray().Last());
        }

        return Git("changed_files") is { } changed ? Texts(changed) : null;
    }

    private IEnumerable<Variable> Given() =>
        Field("variables") is { } given ? given.EnumerateObject().Select(p => new Variable { Key = p.Name, Value = p.Value.GetString()! }) : [];

    private IEnumerable<Variable> ProjectVariables()
    {
        if (Field("project_variables") is not { } settings)
        {
            return [];
        }

        return settings.EnumerateObject().SelectMany(p =>
            (p.Value.ValueKind == JsonValueKind.Array ? p.Value.EnumerateArray().ToArray() : [p.Value]).Select(value => Setting(p.Name, value)));
    }

    private static Variable Setting(string key, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? new Variable { Key = key, Value = value.GetString()! }
        : new Variable
        {
            Key = key,
            Value = value.GetProperty("value").GetString()!,
            IsFile = value.TryGetProperty("file", out var file) && file.GetBoolean(),
            IsRaw = value.TryGetProperty("raw", out var raw) && raw.GetBoolean(),
            IsMasked = value.TryGetProperty("masked", out var masked) && masked.GetBoolean(),
            EnvironmentScope = value.TryGetProperty("environment_scope", out var scope) ? scope.GetString()! : "*",
        };

    private JsonElement? Git(string name) => Field("git") is { } git && git.TryGetProperty(name, out var value) ? value : null;

    private JsonElement? Field(string name) =>
        run.TryGetProperty(name, out var own) ? own : whole.TryGetProperty(name, out var common) ? common : null;

    private static IReadOnlyList<string> Texts(JsonElement? list) => list is { } items ? [.. items.EnumerateArray().Select(item => item.GetString()!)] : [];
}
