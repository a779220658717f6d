using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>A job of the same pipeline, before <c>parallel</c> is written out.</summary>
internal sealed record NeedEntry
{
    public required string Job { get; init; }

    public bool Artifacts { get; init; } = true;

    public bool Optional { get; init; }

    /// <summary><c>parallel:matrix</c>: which instances; each is a list of names and the values they may have.</summary>
    public IReadOnlyList<MatrixRow>? Matrix { get; init; }

    public required YamlNode Node { get; init; }
}

/// <summary>All that a <c>needs</c> says, by kind.</summary>
internal sealed record NeedsEntry
{
    public IReadOnlyList<NeedEntry> Jobs { get; init; } = [];

    public IReadOnlyList<CrossNeedModel> Cross { get; init; } = [];

    /// <summary><c>needs: {pipeline: group/project}</c>.</summary>
    public string? Bridge { get; init; }
}

/// <summary>Which kinds of needs a place takes.</summary>
internal enum NeedsPlace
{
    Job,
    TriggerJob,
    Rule,
}

/// <summary><c>needs</c> in its many forms.</summary>
internal static class NeedsKeyword
{
    private static readonly string[] JobKeys = ["job", "artifacts", "optional", "parallel"];

    public static NeedsEntry? Read(YamlNode? node, Scope scope, NeedsPlace place)
    {
        if (node is null or { IsNull: true })
        {
            if (node is not null && place == NeedsPlace.Rule)
            {
                scope.Config(node, "can't be blank");
            }

            return null;
        }

        if (node is not (YamlList or YamlMap))
        {
            scope.Config(node, "can only be a hash or an array");
            return new NeedsEntry();
        }

        var jobs = new List<NeedEntry>();
        var cross = new List<CrossNeedModel>();
        string? bridge = null;
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in Flatten(node))
        {
            switch (item)
            {
                case YamlMap map when map.Has("pipeline") && !map.Has("job"):
                    kinds.Add("bridge");
                    bridge = Bridge(map, scope.At("need"));
                    break;
                case YamlMap map when map.Has("job") && (map.Has("pipeline") || map.Has("project")):
                    kinds.Add("cross_dependency");
                    cross.Add(Cross(map, scope.At("need")));
                    break;
                default:
                    if (SamePipeline(item, scope.At("need")) is { } need)
                    {
                        jobs.Add(need);
                    }

                    break;
            }
        }

        Refuse(kinds, place, node, scope);
        return new NeedsEntry { Jobs = jobs, Cross = cross, Bridge = bridge };
    }

    private static void Refuse(SortedSet<string> kinds, NeedsPlace place, YamlNode node, Scope scope)
    {
        kinds.Remove(place switch { NeedsPlace.Job => "cross_dependency", NeedsPlace.TriggerJob => "bridge", _ => "" });
        if (kinds.Count > 0)
        {
            scope.Config(node, $"uses invalid types: {string.Join(", ", kinds)}");
        }
    }

    private static IEnumerable<YamlNode> Flatten(YamlNode node) => node is YamlList list ? list.Items.SelectMany(Flatten) : [node];

    private static NeedEntry? SamePipeline(YamlNode item, Scope scope)
    {
        switch (item)
        {
            case YamlScalar { Kind: ScalarKind.Text, Text.Length: > 0 } name:
                return new NeedEntry { Job = name.Text, Node = item };
            case YamlMap map when map.Has("job"):
                scope.OnlyKeys(map, JobKeys);
                var job = scope.Text(map, "job");
                if (string.IsNullOrEmpty(job))
                {
                    scope.About(map, "job", "can't be blank");
                    return null;
                }

                return new NeedEntry
                {
                    Job = job,
                    Artifacts = scope.Flag(map, "artifacts") ?? true,
                    Optional = scope.Flag(map, "optional") ?? false,
                    Matrix = ParallelKeyword.Selector(map["parallel"], scope.At("parallel")),
                    Node = item,
                };
            default:
                scope.Problems.Add($"{scope.Location} has an unsupported type".ToLowerInvariant(), item);
                return null;
        }
    }

    private static CrossNeedModel Cross(YamlMap map, Scope scope)
    {
        var isProject = map.Has("project");
        scope.OnlyKeys(map, isProject ? ["project", "ref", "job", "artifacts"] : ["pipeline", "job", "artifacts", "optional"]);
        foreach (var key in isProject ? new[] { "project", "ref", "job" } : ["pipeline", "job"])
        {
            if (map[key] is null or { IsNull: true })
            {
                scope.About(map, key, "can't be blank");
            }
        }

        return new CrossNeedModel
        {
            Job = scope.Text(map, "job") ?? "",
            Pipeline = scope.Text(map, "pipeline", anyScalar: true),
            Project = scope.Text(map, "project"),
            Ref = scope.Text(map, "ref"),
            Artifacts = scope.Flag(map, "artifacts") ?? true,
            Optional = !isProject && (scope.Flag(map, "optional") ?? false),
        };
    }

    private static string? Bridge(YamlMap map, Scope scope)
    {
        scope.OnlyKeys(map, ["pipeline"]);
        return scope.Text(map, "pipeline");
    }
}
