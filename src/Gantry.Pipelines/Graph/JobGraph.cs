using System.Text.RegularExpressions;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Graph;

/// <summary>All instances of all jobs, by name, and what their needs mean when <c>parallel</c> is written out.</summary>
internal sealed partial class JobGraph
{
    private readonly Dictionary<string, List<JobInstance>> _byBase = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JobInstance> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _stageIndex;

    public JobGraph(ConfigurationEntry configuration)
    {
        Stages = configuration.Stages;
        _stageIndex = Stages.Select((stage, index) => (stage, index)).ToDictionary(pair => pair.stage, pair => pair.index, StringComparer.Ordinal);
        foreach (var entry in configuration.Jobs)
        {
            var instances = new List<JobInstance>();
            foreach (var instance in JobInstance.Of(entry))
            {
                // Equal matrix values make equal names; the last one counts.
                if (_byName.Remove(instance.Name, out var equal))
                {
                    instances.Remove(equal);
                }

                instances.Add(instance);
                _byName[instance.Name] = instance;
            }

            _byBase[entry.Name] = instances;
        }
    }

    public IReadOnlyList<string> Stages { get; }

    public IEnumerable<JobInstance> Instances => _byBase.Values.SelectMany(instances => instances);

    public JobInstance? Find(string name) => _byName.GetValueOrDefault(name);

    public bool HasStage(string stage) => _stageIndex.ContainsKey(stage);

    /// <summary>Position among all declared stages; -1 for an unknown one.</summary>
    public int StageOf(JobEntry entry) => _stageIndex.GetValueOrDefault(entry.Stage, -1);

    /// <summary>Names of the instances that a name in <c>needs</c> or <c>dependencies</c> means; the name itself when there is no such job.</summary>
    public IReadOnlyList<string> Expand(string name) =>
        _byBase.TryGetValue(name, out var instances) ? [.. instances.Select(instance => instance.Name)] : [name];

    /// <summary>The needs of an instance with the instances they mean. What the selector cannot mean goes to <paramref name="problems"/>.</summary>
    public IEnumerable<(string Name, NeedEntry Need)> Expand(JobInstance of, IEnumerable<NeedEntry> needs, ProblemList? problems)
    {
        foreach (var need in needs)
        {
            if (need.Matrix is null)
            {
                foreach (var name in Expand(need.Job))
                {
                    yield return (name, need);
                }

                continue;
            }

            foreach (var row in need.Matrix)
            {
                foreach (var values in row.Combinations())
                {
                    yield return (JobInstance.MatrixName(need.Job, values.Select(pair => Substitute(pair.Value, of, need.Node, problems))), need);
                }
            }
        }
    }

    /// <summary><c>$[[ matrix.NAME ]]</c> means the needing job's own value.</summary>
    private static string Substitute(string value, JobInstance of, YamlNode at, ProblemList? problems)
    {
        if (!value.Contains("$[[", StringComparison.Ordinal))
        {
            return value;
        }

        return MatrixExpression().Replace(value, match =>
        {
            var name = match.Groups[1].Value;
            foreach (var (column, own) in of.Parallel?.Matrix ?? [])
            {
                if (column == name)
                {
                    return own;
                }
            }

            problems?.Add($"{of.Entry.Name} job: '{name}' does not exist in matrix configuration", at);
            return match.Value;
        });
    }

    [GeneratedRegex(@"\$\[\[\s*matrix\.(\w+)\s*\]\]")]
    private static partial Regex MatrixExpression();
}
