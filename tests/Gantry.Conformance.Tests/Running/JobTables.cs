using System.Text.Json;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Running;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Conformance.Tests.Running;

/// <summary>The rules of step-execution.json about whole jobs.</summary>
public sealed class JobTables
{
    [Fact]
    [Tables("step-execution", "error-priority")]
    public async Task The_first_error_is_reported()
    {
        var cases = Collect(3);
        foreach (var (input, expected) in cases)
        {
            var failing = input.Texts("failing");
            var (verdict, _) = await RunAsync(
                ("step_script", failing.Contains("script") ? "exit 11" : ""),
                ("archive_cache", failing.Contains("cache") ? "exit 12" : ""), ("archive_cache_on_failure", failing.Contains("cache") ? "exit 12" : ""),
                ("upload_artifacts_on_success", failing.Contains("artifact") ? "exit 13" : ""),
                ("upload_artifacts_on_failure", failing.Contains("artifact") ? "exit 13" : ""));
            var reported = (verdict as JobVerdict.Failed)?.ExitCode switch { 11 => "script", 12 => "cache", 13 => "artifact", _ => "" };
            Assert.Equal(expected.Text("reported"), reported);
        }
    }

    [Fact]
    [Tables("step-execution", "after-script")]
    public async Task A_failing_after_script_counts_or_does_not()
    {
        foreach (var (input, expected) in Collect(2))
        {
            var (verdict, link) = await RunAsync(
                ("after_script", input.Flag("after_script_fails") ? "exit 9" : ""),
                ("AFTER_SCRIPT_IGNORE_ERRORS", input.GetProperty("AFTER_SCRIPT_IGNORE_ERRORS").GetRawText()));
            Assert.Equal(expected.Has("error"), verdict is JobVerdict.Failed { ExitCode: 9 });
            Assert.Contains(expected.Text("log_contains"), link.Trace, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Tables("step-execution", "job-status")]
    public async Task After_script_knows_how_the_script_ended()
    {
        foreach (var (input, expected) in Collect(2))
        {
            var executor = new ScriptedExecutor(TimeProvider.System);
            await RunAsync(executor, TimeProvider.System, ("step_script", input.Flag("success") ? "" : "exit 1"));
            string Of(string stage) => executor.Scripts.Single(script => script.Stage == stage).Text;
            Assert.Contains($"CI_JOB_STATUS={expected.Text("CI_JOB_STATUS")}\\n", Of("after_script"), StringComparison.Ordinal);
            Assert.Contains($"CI_JOB_STATUS={expected.Text("CI_JOB_STATUS_before")}\\n", Of("step_script"), StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30_000)]
    [Tables("git-stage", "retry")]
    public async Task A_failing_stage_is_tried_again_and_the_log_says_so()
    {
        foreach (var (input, expected) in Collect(2))
        {
            Assert.True(input.Flag("every_attempt_fails"));
            // The sources are always cleared before their second try; a cache is the stage that is not.
            var (stage, attempts) = input.Flag("clear_worktree_on_retry") ? ("get_sources", "GET_SOURCES_ATTEMPTS") : ("restore_cache", "RESTORE_CACHE_ATTEMPTS");
            var time = new FakeTimeProvider();
            var (_, link) = await time.PumpAsync(
                RunAsync(new ScriptedExecutor(time), time, (stage, "exit 1"), (attempts, input.GetProperty("attempts").GetRawText())), TimeSpan.FromSeconds(1));
            Assert.Equal(expected.Flag("log_has_retrying"), link.Trace.Contains("Retrying...", StringComparison.Ordinal));
            Assert.Equal(expected.Flag("log_has_clear_message"), link.Trace.Contains("Deleting all tracked and untracked files", StringComparison.Ordinal));
        }
    }

    private List<(JsonElement Input, JsonElement Expected)> Collect(int count)
    {
        var cases = new List<(JsonElement, JsonElement)>();
        Cases.Run(count, (input, expected) => cases.Add((input.Clone(), expected.Clone())));
        return cases;
    }

    private static Task<(JobVerdict Verdict, ScriptedJobLink Link)> RunAsync(params (string Name, string Acts)[] acts) =>
        RunAsync(new ScriptedExecutor(TimeProvider.System), TimeProvider.System, acts);

    private static async Task<(JobVerdict Verdict, ScriptedJobLink Link)> RunAsync(
        ScriptedExecutor executor, TimeProvider time, params (string Name, string Acts)[] acts)
    {
        using var folder = new TempFolder();
        using var lifetime = new JobLifetime(time);
        var link = new ScriptedJobLink();
        var variables = acts.Select(act => Samples.Public(char.IsUpper(act.Name[0]) ? act.Name : "ON_" + act.Name, act.Acts));
        var payload = Samples.Payload([.. variables]) with
        {
            Id = 1,
            Token = "job-token",
            RunnerInfo = new RunnerLimits { Timeout = 3600 },
            Steps = [new JobStep { Name = "script", Script = ["true"] }, new JobStep { Name = "after_script", Script = ["true"] }],
            Cache = [new JobCache { Key = "k", Paths = ["x"], When = "always" }],
            Artifacts = [new JobArtifact { Paths = ["x"], When = "always" }],
        };
        var verdict = await new JobRun(
            new JobAssignment
            {
                Payload = payload,
                Runner = Samples.Runner(),
                Executor = executor,
                Link = link,
                Numbers = default,
                JournalRoot = Path.Combine(folder.Path, "jobs"),
            },
            lifetime, time, NullLogger.Instance).RunAsync(TestContext.Current.CancellationToken);
        return (verdict, link);
    }
}
