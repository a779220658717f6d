using System.Collections.Concurrent;
using System.Text.Json;

namespace Gantry.EndToEnd.Tests.Pipelines;

/// <summary>Every pipeline of tests/conformance/pipelines, run by <c>gantry exec</c> as a user would run it.</summary>
public sealed class PipelineConformanceTests(ITestOutputHelper output)
{
    // The slow cases wait more than they work.
    private const int AtOnce = 6;

    /// <summary>Case → why it is not run here, or differs (docs/differences.md).</summary>
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["interruptible-new-commit"] = "needs several pushes to one server; a local run knows one pipeline",
    };

    [Fact(Timeout = 900_000)]
    public async Task Every_pipeline_does_what_GitLab_does()
    {
        var failures = new ConcurrentBag<string>();
        var (passed, all) = (0, 0);
        // Those that wait longest begin first.
        var cases = PipelineCases.All().OrderByDescending(each => each.Name is "dag-start-order" or "job-timeout" or "delayed-start" or "artifacts-9000-long-names");
        await Parallel.ForEachAsync(
            cases,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (each, _) =>
            {
                if (Exceptions.ContainsKey(each.Name))
                {
                    return;
                }

                await using var project = await CaseProject.OpenAsync(each);
                foreach (var (run, number) in each.Runs.Select((run, index) => (run, index + 1)))
                {
                    Interlocked.Increment(ref all);
                    if (await DifferencesAsync(project, run, number) is { Count: > 0 } differences)
                    {
                        failures.Add($"{each.Name}, run {number}:\n    {string.Join("\n    ", differences)}");
                    }
                    else
                    {
                        Interlocked.Increment(ref passed);
                    }
                }
            });
        output.WriteLine($"conformance: pipelines {passed}/{all} runs, {Exceptions.Count} exception");
        Assert.True(failures.IsEmpty, $"conformance: pipelines {passed}/{all}\n{string.Join('\n', failures.Order())}");
    }

    private static async Task<IReadOnlyList<string>> DifferencesAsync(CaseProject project, PipelineCaseRun run, int number)
    {
        try
        {
            return new CaseCheck(run, await project.RunAsync(run, number)).Differences();
        }
        catch (Exception error) when (error is InvalidOperationException or JsonException)
        {
            return [error.Message];
        }
    }
}
