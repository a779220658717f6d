using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Graph;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Rules;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Creation;

/// <summary>
/// Makes a pipeline of a checked configuration:
/// workflow rules → drafts → rules or only/except → needs among the jobs that are left → stages that have jobs.
/// </summary>
internal sealed class PipelineBuilder(PipelineRequest request, ConfigurationEntry configuration, JobGraph graph, ProblemList problems)
{
    private readonly PipelineScopes _scopes = new(request);
    private readonly RepositoryFacts _facts = new(request.Tree, request.Includes, request.ChangedFiles);

    private readonly List<LeftOutJob> _leftOut = [];

    public async ValueTask<PipelineCompilation> BuildAsync(CancellationToken cancellationToken)
    {
        var workflow = configuration.Workflow;
        var scope = _scopes.ForPipeline(configuration.Variables);
        await FactLoader.LoadAsync(workflow.Rules, scope, _facts, cancellationToken);
        var rule = Matcher("workflow").First(workflow.Rules ?? [], scope);
        if (workflow.Rules is not null && rule?.When is not (JobWhen.Always or null) || (workflow.Rules is not null && rule is null))
        {
            return Outcome(new PipelineCompilation.Filtered(FilterReason.WorkflowRules)
            {
                Detail = rule is null ? Absence.NoRule(workflow.Rules ?? []) : Absence.Never(rule),
            });
        }

        IReadOnlyList<Variable> global = rule is null ? configuration.Variables
            : [.. VariableScope.Layer([.. configuration.Variables, .. rule.Variables]).Values];
        var drafts = graph.Instances.Select(instance => new JobDraft(instance, global, _scopes)).ToList();
        await LoadAsync(drafts, cancellationToken);
        var kept = drafts.Where(Belongs).ToList();
        var jobs = Wire(kept);
        return jobs.All(job => job.Stage is ".pre" or ".post")
            ? Outcome(new PipelineCompilation.Filtered(FilterReason.Rules))
            : Outcome(new PipelineCompilation.Created(Pipeline(jobs, rule, _scopes.ForPipeline(global))));
    }

    private PipelineCompilation Outcome(PipelineCompilation compilation)
    {
        var outcome = problems.Errors.Count > 0 ? new PipelineCompilation.Rejected(problems.Errors) : compilation;
        return outcome with { Warnings = problems.Warnings, LeftOut = problems.Errors.Count > 0 ? [] : _leftOut };
    }

    private RuleMatch Matcher(string job) =>
        new(_facts, (rule, message) => problems.Add($"Failed to parse rule for {job}: {message}", rule.Node));

    private async ValueTask LoadAsync(List<JobDraft> drafts, CancellationToken cancellationToken)
    {
        foreach (var draft in drafts)
        {
            await FactLoader.LoadAsync(draft.Instance.Entry.Rules, draft.Scope, _facts, cancellationToken);
            await CacheKeys.LoadAsync(draft.Instance.Entry.Inheritable.Caches, _facts, cancellationToken);
        }
    }

    private bool Belongs(JobDraft draft)
    {
        var entry = draft.Instance.Entry;
        var matcher = Matcher(draft.Instance.Name);
        if (draft.Scope.Cycle(draft.Yaml.Keys) is { } cycle)
        {
            var names = string.Join(", ", cycle.Select(name => $"\"{name}\""));
            problems.Add($"{draft.Instance.Name}: circular variable reference detected: [{names}]", entry.NameNode);
            return true;
        }

        if (entry.Rules is not { } rules)
        {
            return new PolicyMatch(request.Facts, _facts, matcher).Includes(entry, configuration.Workflow.Rules is not null, draft.Scope)
                || Leave(draft, Absence.Policy(entry, request.Facts));
        }

        if (matcher.First(rules, draft.Scope) is not { } rule)
        {
            return Leave(draft, Absence.NoRule(rules));
        }

        if ((rule.When ?? entry.When) == JobWhen.Never)
        {
            return Leave(draft, Absence.Never(rule));
        }

        draft.Take(rule);
        return true;
    }

    private bool Leave(JobDraft draft, string reason)
    {
        var (name, entry) = (draft.Instance.Name, draft.Instance.Entry);
        _leftOut.Add(new LeftOutJob(name, entry.Stage, reason, entry.NameNode.Mark.File, entry.NameNode.Mark.Line));
        return false;
    }

    private List<JobModel> Wire(List<JobDraft> kept)
    {
        var names = kept.Select(draft => draft.Instance.Name).ToHashSet(StringComparer.Ordinal);
        var used = kept.Select(draft => draft.Instance.Entry.Stage).ToHashSet(StringComparer.Ordinal);
        var stages = graph.Stages.Where(used.Contains).Select((stage, index) => (stage, index)).ToDictionary(pair => pair.stage, pair => pair.index, StringComparer.Ordinal);
        return
        [
            .. kept.Select(draft => JobBuilder.Build(draft, _facts) with
            {
                StageIndex = stages[draft.Instance.Entry.Stage],
                Needs = NeedsWiring.Needs(draft, graph, names, problems),
                Dependencies = draft.Instance.Entry.Dependencies?.SelectMany(graph.Expand).Where(names.Contains).ToList(),
            }).OrderBy(job => job.StageIndex),
        ];
    }

    private PipelineModel Pipeline(List<JobModel> jobs, RuleEntry? rule, VariableScope scope)
    {
        var workflow = configuration.Workflow;
        var name = workflow.Name is null ? null : scope.Expand(workflow.Name).Trim();
        return new PipelineModel
        {
            Name = string.IsNullOrEmpty(name) ? null : name.Length > 255 ? name[..255] : name,
            Stages = [.. jobs.Select(job => job.Stage).Distinct()],
            Jobs = jobs,
            AutoCancel = new AutoCancelModel
            {
                OnNewCommit = rule?.AutoCancel?.OnNewCommit ?? workflow.AutoCancel?.OnNewCommit ?? OnNewCommit.Conservative,
                OnJobFailureCancelAll = rule?.AutoCancel?.OnJobFailureCancelAll ?? workflow.AutoCancel?.OnJobFailureCancelAll ?? false,
            },
            Warnings = problems.Warnings,
        };
    }
}
