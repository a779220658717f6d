using System.Text.Json;
using Gantry.Pipelines;
using Gantry.Pipelines.Model;

namespace Gantry.Conformance.Tests.Pipelines;

/// <summary>What of the pipeline cases can be checked without running a job: created or not, with which jobs, stages and errors.</summary>
public sealed class PipelineCreationTests(ITestOutputHelper output)
{
    /// <summary>Case → why it does not hold here.</summary>
    private static readonly Dictionary<string, string> Exceptions = [];

    [Fact(Timeout = 120_000)]
    public async Task Every_pipeline_case_is_created_or_refused_as_GitLab_does()
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var pipelineCase in PipelineCase.All())
        {
            count++;
            var compilation = await PipelineCompiler.CompileAsync(pipelineCase.Request(), TestContext.Current.CancellationToken);
            var complaint = string.Join("; ", Complaints(pipelineCase, compilation));
            if (complaint.Length > 0 != Exceptions.ContainsKey(pipelineCase.Name))
            {
                failures.Add($"{pipelineCase.Name}: {(complaint.Length > 0 ? complaint : "holds now, remove it from the exceptions")}");
            }
        }

        output.WriteLine($"{count} runs, {failures.Count} failures, {Exceptions.Count} exceptions");
        Assert.True(failures.Count == 0, string.Join("\n", failures));
        Assert.Equal(161, count);
    }

    private static IEnumerable<string> Complaints(PipelineCase expected, PipelineCompilation actual)
    {
        var pipeline = expected.Pipeline;
        if (pipeline.GetProperty("created").GetBoolean())
        {
            return actual is PipelineCompilation.Created created
                ? Created(expected, expected.Selected.Count == 0 ? created.Pipeline : PipelineSelection.Select(created.Pipeline, expected.Selected, out _))
                : [$"expected a pipeline, got {Describe(actual)}"];
        }

        return Refused(pipeline, actual);
    }

    private static IEnumerable<string> Refused(JsonElement pipeline, PipelineCompilation actual)
    {
        var reason = actual switch
        {
            PipelineCompilation.Rejected => "config_error",
            PipelineCompilation.Filtered { Reason: FilterReason.WorkflowRules } => "filtered_by_workflow_rules",
            PipelineCompilation.Filtered => "filtered_by_rules",
            _ => "created",
        };
        if (reason != pipeline.GetProperty("reason").GetString())
        {
            yield return $"expected {pipeline.GetProperty("reason").GetString()}, got {Describe(actual)}";
        }

        if (actual is not PipelineCompilation.Rejected rejected || !pipeline.TryGetProperty("error_contains", out var expected))
        {
            yield break;
        }

        foreach (var text in expected.ValueKind == JsonValueKind.Array ? expected.EnumerateArray().Select(e => e.GetString()!) : [expected.GetString()!])
        {
            if (!rejected.YamlErrors.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"expected '{text}' in '{rejected.YamlErrors}'";
            }
        }

        if (rejected.Problems.Any(problem => problem.File is null || problem.Line == 0))
        {
            yield return "a problem has no place";
        }
    }

    private static IEnumerable<string> Created(PipelineCase expected, PipelineModel actual)
    {
        var jobs = actual.Jobs.ToDictionary(job => job.Name, StringComparer.Ordinal);
        foreach (var job in expected.Jobs)
        {
            var name = job.GetProperty("name").GetString()!;
            if (!jobs.Remove(name, out var model))
            {
                yield return $"job {name} is missing";
                continue;
            }

            foreach (var complaint in Job(job, model))
            {
                yield return $"job {name}: {complaint}";
            }
        }

        if (expected.IsComplete && jobs.Count > 0)
        {
            yield return $"unexpected jobs: {string.Join(", ", jobs.Keys)}";
        }

        foreach (var absent in expected.Absent.Where(jobs.ContainsKey))
        {
            yield return $"job {absent} must not exist";
        }

        if (expected.Pipeline.TryGetProperty("stages", out var stages) && !stages.EnumerateArray().Select(s => s.GetString()).SequenceEqual(actual.Stages))
        {
            yield return $"stages are {string.Join(", ", actual.Stages)}";
        }
    }

    private static IEnumerable<string> Job(JsonElement expected, JobModel actual)
    {
        if (expected.GetProperty("stage").GetString() != actual.Stage)
        {
            yield return $"stage is {actual.Stage}";
        }

        // A tolerated exit code makes it true only at run time.
        if (expected.GetProperty("allow_failure").GetBoolean() != actual.AllowFailure && actual.AllowFailureExitCodes.Count == 0)
        {
            yield return $"allow_failure is {actual.AllowFailure}";
        }

        if (expected.GetProperty("status") is { ValueKind: JsonValueKind.String } status && status.GetString() == "manual" && !actual.IsManual)
        {
            yield return "is not manual";
        }

        if (expected.TryGetProperty("environment", out var environment))
        {
            foreach (var complaint in Environment(environment, actual.Environment))
            {
                yield return complaint;
            }
        }
    }

    private static IEnumerable<string> Environment(JsonElement expected, EnvironmentModel? actual)
    {
        if (actual is null)
        {
            yield return "has no environment";
            yield break;
        }

        foreach (var field in expected.EnumerateObject())
        {
            var value = field.Name switch
            {
                "name" => actual.Name,
                "slug" => actual.Slug,
                "url" => actual.Url,
                "tier" => actual.Tier,
                _ => actual.Action,
            };
            if (value != field.Value.GetString())
            {
                yield return $"environment {field.Name} is {value}, expected {field.Value}";
            }
        }
    }

    private static string Describe(PipelineCompilation compilation) => compilation switch
    {
        PipelineCompilation.Rejected rejected => $"rejected: {rejected.YamlErrors}",
        PipelineCompilation.Filtered filtered => filtered.Reason.ToString(),
        PipelineCompilation.Created created => $"created with {string.Join(", ", created.Pipeline.Jobs.Select(job => job.Name))}",
        _ => compilation.ToString(),
    };
}
