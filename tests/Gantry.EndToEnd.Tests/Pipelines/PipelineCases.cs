using System.Text.Json;
using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Pipelines;

/// <summary>The data of tests/conformance/pipelines: a folder per case, each with its runs.</summary>
internal static class PipelineCases
{
    public static string Root { get; } = Path.Combine(GantryBinary.Root, "tests", "conformance", "pipelines");

    public static IReadOnlyList<PipelineCase> All() =>
    [
        .. Directory.EnumerateFiles(Root, "expect.json", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => new PipelineCase(Path.GetDirectoryName(file)!, JsonDocument.Parse(File.ReadAllText(file)).RootElement)),
    ];
}

/// <summary>One case. A field of a run stands for the case's own.</summary>
internal sealed record PipelineCase(string Folder, JsonElement Expected)
{
    public string Name => Path.GetFileName(Folder);

    public string Executor => Expected.GetProperty("executor").GetString()!;

    /// <summary>Needs a server that receives several pushes.</summary>
    public bool NeedsServer => Expected.TryGetProperty("level", out _);

    public IReadOnlyList<PipelineCaseRun> Runs => Expected.TryGetProperty("runs", out var runs)
        ? [.. runs.EnumerateArray().Select(run => new PipelineCaseRun(Expected, run))]
        : [new PipelineCaseRun(Expected, Expected)];
}

internal sealed record PipelineCaseRun(JsonElement Case, JsonElement Run)
{
    public JsonElement? Find(string name) =>
        Run.TryGetProperty(name, out var own) ? own : Case.TryGetProperty(name, out var common) ? common : null;

    public JsonElement Pipeline => Find("pipeline")!.Value;

    public IEnumerable<JsonElement> List(string name) => Find(name)?.EnumerateArray() ?? Enumerable.Empty<JsonElement>();

    public IEnumerable<string> Texts(string name) => List(name).Select(item => item.GetString()!);

    public IEnumerable<JsonProperty> Map(string name) => Find(name)?.EnumerateObject() ?? Enumerable.Empty<JsonProperty>();

    public string? Git(string name) => Find("git") is { } git && git.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>Files of each push after the first commit.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Pushes
    {
        get
        {
            if (Find("git") is not { } git)
            {
                return [];
            }

            return git.TryGetProperty("commits", out var commits) ? [.. commits.EnumerateArray().Select(Files)]
                : git.TryGetProperty("changed_files", out _) ? [Files(git)] : [];
        }
    }

    private static IReadOnlyList<string> Files(JsonElement push) => [.. push.GetProperty("changed_files").EnumerateArray().Select(file => file.GetString()!)];
}
