using System.Globalization;
using System.Text.Json;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Queue;

/// <summary>The variables of a job in their order of precedence (ci-yaml §16.2), references resolved.</summary>
internal sealed class PayloadVariables(IdTokens tokens, ServerAddress address, TimeProvider clock)
{
    private const int LargestValue = 1024 * 1024;

    public IReadOnlyList<JobVariable> Build(StoreSession session, PayloadRequest request, ProjectRow project, PipelineRow pipeline)
    {
        var (job, definition) = (request.Job, request.Definition);
        var list = new List<Variable>();
        list.AddRange(Persisted(request, project, pipeline));
        list.AddRange(PredefinedVariables.ForJob(
            job.Name, definition.GroupName, job.Stage,
            definition.NodeIndex is { } index ? new ParallelModel(index, definition.NodeTotal, []) : null, job.When == "manual"));
        if (session.Pipelines.Facts(pipeline.Id) is { } facts)
        {
            list.AddRange(PredefinedVariables.ForPipeline(facts));
        }

        list.AddRange(Runner(request.Runner));
        list.AddRange(definition.Environment is { } environment ? EnvironmentOf(environment) : []);
        list.AddRange(definition.Variables.Select(variable => Variable.Public(variable.Key, variable.Value) with { IsRaw = variable.Raw }));
        if (session.Users.Find(job.UserId) is { } user)
        {
            list.AddRange(PredefinedVariables.ForUser(new UserFacts { Id = user.Id, Login = user.Username, Name = user.Name, Email = user.Email }));
        }

        list.AddRange(Reported(session, job, definition));
        list.AddRange(Configured(session.Variables.Of(VariableStore.Instance), job));
        list.AddRange(Configured(session.Variables.Of(project.Id), job));
        list.AddRange(session.Pipelines.Variables(pipeline.Id).Select(Given));
        list.AddRange(session.Jobs.Variables(job.Id).Select(Given));
        list.InsertRange(0, tokens.Build(session, request, project, pipeline, list));
        return Resolve(list);
    }

    // What the jobs whose artifacts this one gets left in dotenv reports, the latest last.
    private static IEnumerable<Variable> Reported(StoreSession session, JobRow job, JobDefinition definition) =>
        DependencyRule.Of(session, job, definition)
            .SelectMany(producer => session.Reports.Dotenv(producer.Id))
            .Select(pair => new Variable { Key = pair.Key, Value = pair.Value });

    private IEnumerable<Variable> Persisted(PayloadRequest request, ProjectRow project, PipelineRow pipeline)
    {
        var job = request.Job;
        yield return Variable.Public("CI_PIPELINE_ID", Text(pipeline.Id));
        yield return Variable.Public("CI_PIPELINE_URL", address.Of(project, pipeline));
        yield return Variable.Public("CI_PIPELINE_CREATED_AT", Time(pipeline.CreatedAt));
        yield return Variable.Public("CI_JOB_ID", Text(job.Id));
        yield return Variable.Public("CI_JOB_URL", address.Of(project, job));
        yield return new Variable { Key = "CI_JOB_TOKEN", Value = request.Token, IsMasked = true };
        yield return Variable.Public("CI_JOB_STARTED_AT", Time(job.StartedAt ?? clock.GetUtcNow()));
        yield return Variable.Public("CI_JOB_TIMEOUT", Text(job.Timeout));
        if (request.Definition.Image is { } image)
        {
            yield return Variable.Public("CI_JOB_IMAGE", image.Name);
        }

        yield return new Variable { Key = "CI_REPOSITORY_URL", Value = address.CloneUrl(project, "gitlab-ci-token", request.Token), IsMasked = false };
        yield return Variable.Public("CI_SERVER", "yes");
    }

    private static IEnumerable<Variable> Runner(KnownRunner known)
    {
        var (runner, machine) = (known.Runner, known.Machine);
        yield return Variable.Public("CI_RUNNER_ID", Text(runner.Id));
        yield return Variable.Public("CI_RUNNER_DESCRIPTION", runner.Description);
        yield return Variable.Public("CI_RUNNER_TAGS", JsonSerializer.Serialize([.. runner.TagList], StoreJson.Default.ListString));
        yield return Variable.Public("CI_RUNNER_SHORT_TOKEN", runner.ShortToken);
        yield return Variable.Public("CI_RUNNER_VERSION", machine.Version);
        yield return Variable.Public("CI_RUNNER_REVISION", machine.Revision);
        yield return Variable.Public("CI_RUNNER_EXECUTABLE_ARCH", $"{machine.Platform}/{machine.Architecture}");
    }

    private static IReadOnlyList<Variable> EnvironmentOf(DefinedEnvironment environment) =>
        PredefinedVariables.ForEnvironment(new EnvironmentModel
        {
            Name = environment.Name,
            Slug = environment.Slug,
            Action = environment.Action,
            Tier = environment.DeploymentTier,
            Url = environment.Url,
        });

    // Protected values only on protected refs; of several scopes the most specific one comes last and so wins.
    private static IEnumerable<Variable> Configured(IReadOnlyList<VariableRow> rows, JobRow job) => rows
        .Where(row => (!row.Protected || job.Protected) && (row.EnvironmentScope == "*" || (job.Environment is { } name && Wildcard.Matches(row.EnvironmentScope, name))))
        .OrderBy(row => row.EnvironmentScope.Replace("*", "", StringComparison.Ordinal).Length)
        .Select(row => new Variable
        {
            Key = row.Key,
            Value = row.Value,
            IsFile = row.Type == "file",
            IsMasked = row.Masked,
            IsRaw = row.Raw,
        });

    private static Variable Given(VariableRow row) => new()
    {
        Key = row.Key,
        Value = row.Value,
        IsFile = row.Type == "file",
        IsRaw = row.Raw,
    };

    /// <summary>
    /// Puts values in place of references, each variable once; what is not defined stays, and references to file and raw
    /// variables stay for the runner (ci-yaml §16.3).
    /// </summary>
    internal static IReadOnlyList<JobVariable> Resolve(IReadOnlyList<Variable> list)
    {
        var last = new Dictionary<string, Variable>(StringComparer.Ordinal);
        foreach (var variable in list)
        {
            last[variable.Key] = variable;
        }

        var open = new HashSet<string>(StringComparer.Ordinal);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        string? ValueOf(string name)
        {
            // A variable inside its own value stays as written.
            if (!last.TryGetValue(name, out var variable) || variable.IsRaw || variable.IsFile || open.Contains(name))
            {
                return null;
            }

            return known.TryGetValue(name, out var value) ? value : known[name] = Expanded(variable);
        }

        string Expanded(Variable variable)
        {
            if (variable.IsRaw || variable.IsFile)
            {
                return variable.Value;
            }

            open.Add(variable.Key);
            var value = Expansion.Expand(variable.Value, ValueOf);
            open.Remove(variable.Key);
            // Doubling again and again is no configuration: the text stays as written.
            return value.Length > LargestValue ? variable.Value : value;
        }

        return
        [
            .. list.Select(variable => new JobVariable
            {
                Key = variable.Key,
                Value = Expanded(variable),
                Public = variable.IsPublic,
                File = variable.IsFile,
                Masked = variable.IsMasked,
                Raw = variable.IsRaw,
            }),
        ];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
