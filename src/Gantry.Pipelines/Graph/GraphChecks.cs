using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Graph;

/// <summary>What must hold between jobs whatever the rules decide: stages and other jobs exist, nothing waits for later stages or in a circle.</summary>
internal sealed class GraphChecks(JobGraph graph, ProblemList problems)
{
    public void Run(IReadOnlyList<JobEntry> jobs)
    {
        foreach (var job in jobs)
        {
            Stage(job);
        }

        // Instances of one job say the same; the first that has something to complain about speaks for all.
        foreach (var group in graph.Instances.GroupBy(instance => instance.Entry))
        {
            _ = group.Any(Complains);
        }

        foreach (var job in jobs)
        {
            OnStop(job, jobs);
        }

        if (Cycle() is { } cycle)
        {
            problems.Add($"The pipeline has circular dependencies: {string.Join(" -> ", cycle)}", graph.Find(cycle[0])!.Entry.NameNode);
        }
    }

    private void Stage(JobEntry job)
    {
        if (!graph.HasStage(job.Stage))
        {
            problems.Add($"{job.Name} job: chosen stage {job.Stage} does not exist; available stages are {string.Join(", ", graph.Stages)}",
                job.StageNode ?? job.NameNode, Suggestion.Hint([job.Stage], graph.Stages.ToList()));
        }
    }

    private bool Complains(JobInstance instance)
    {
        var before = problems.Errors.Count;
        if (instance.Name.Length > 255)
        {
            problems.Add($"jobs:{instance.Name} name is too long (maximum is 255 characters)".ToLowerInvariant(), instance.Entry.NameNode);
        }

        Dependencies(instance);
        Needs(instance, instance.Entry.Needs?.Jobs ?? []);
        foreach (var rule in instance.Entry.Rules ?? [])
        {
            Needs(instance, rule.Needs ?? []);
        }

        DependenciesWithinNeeds(instance);
        return problems.Errors.Count > before;
    }

    private void Dependencies(JobInstance instance)
    {
        foreach (var name in instance.Entry.Dependencies ?? [])
        {
            Reachable(instance, name, graph.Expand(name)[0], "dependency", instance.Entry.Node["dependencies"]!);
        }
    }

    private void Needs(JobInstance instance, IReadOnlyList<NeedEntry> needs)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var repeated = new List<string>();
        foreach (var (name, need) in graph.Expand(instance, needs, problems))
        {
            if (!need.Optional || graph.Find(name) is not null)
            {
                Reachable(instance, name, name, "need", need.Node);
            }

            if (!seen.Add(name))
            {
                repeated.Add(name);
            }
        }

        if (repeated.Count > 0)
        {
            problems.Add($"{instance.Name} has the following needs duplicated: {string.Join(", ", repeated.Distinct())}.",
                instance.Entry.Node["needs"] ?? instance.Entry.NameNode);
        }
    }

    private void Reachable(JobInstance from, string name, string target, string kind, YamlNode at)
    {
        if (graph.Find(target) is not { } job)
        {
            problems.Add($"{from.Name} job: undefined {kind}: {name}", at, Suggestion.Hint([name], graph.Instances.Select(instance => instance.Entry.Name).ToHashSet()));
            return;
        }

        var (own, other) = (graph.StageOf(from.Entry), graph.StageOf(job.Entry));
        if (own >= 0 && other > own)
        {
            problems.Add($"{from.Name} job: {kind} {name} is not defined in current or prior stages", at);
        }
    }

    private void DependenciesWithinNeeds(JobInstance instance)
    {
        if (instance.Entry is not { Dependencies: { Count: > 0 } dependencies, Needs.Jobs: { Count: > 0 } needs })
        {
            return;
        }

        var outside = dependencies.Except(needs.Select(need => need.Job)).ToList();
        if (outside.Count > 0)
        {
            problems.Add($"jobs:{instance.Entry.Name} dependencies the {string.Join(", ", outside)} should be part of needs".ToLowerInvariant(),
                instance.Entry.Node["dependencies"]);
        }
    }

    private void OnStop(JobEntry job, IReadOnlyList<JobEntry> jobs)
    {
        if (job.Environment is not { OnStop: { } name } environment)
        {
            return;
        }

        var stop = jobs.FirstOrDefault(other => other.Name == name);
        var complaint = stop switch
        {
            null => $"on_stop job {name} is not defined",
            { Environment: null } => $"on_stop job {name} does not have environment defined",
            _ when stop.Environment.Name != environment.Name => $"on_stop job {name} have different environment name",
            _ when stop.Environment.Action != "stop" => $"on_stop job {name} needs to have action stop defined",
            _ => null,
        };
        if (complaint is not null)
        {
            problems.Add($"{job.Name} job: {complaint}", environment.Node, Suggestion.Hint([name], [.. jobs.Select(other => other.Name)]));
        }
    }

    /// <summary>The names of a circle of needs, or null.</summary>
    private List<string>? Cycle()
    {
        var state = new Dictionary<string, bool>(StringComparer.Ordinal);
        var path = new List<string>();
        return graph.Instances.Select(instance => Walk(instance.Name, path, state)).FirstOrDefault(found => found is not null);
    }

    private List<string>? Walk(string name, List<string> path, Dictionary<string, bool> isDone)
    {
        if (isDone.TryGetValue(name, out var done))
        {
            return done ? null : [.. path[path.IndexOf(name)..], name];
        }

        if (graph.Find(name) is not { Entry.Needs.Jobs: { Count: > 0 } needs } instance)
        {
            return null;
        }

        isDone[name] = false;
        path.Add(name);
        foreach (var (needed, _) in graph.Expand(instance, needs, problems: null))
        {
            if (Walk(needed, path, isDone) is { } cycle)
            {
                return cycle;
            }
        }

        path.RemoveAt(path.Count - 1);
        isDone[name] = true;
        return null;
    }
}
