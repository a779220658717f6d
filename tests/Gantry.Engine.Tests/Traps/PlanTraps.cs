using Gantry.Engine.Plans;
using Gantry.Engine.Tests.Running;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Traps;

/// <summary>Traps about what the runner reads from a job (official-job-protocol §11).</summary>
public sealed class PlanTraps
{
    [Fact]
    [Trait("Trap", "9")]
    public void GIT_DEPTH_belongs_to_the_server_and_changes_nothing_here()
    {
        var plan = Plan(Set("GIT_DEPTH", "3"));

        Assert.Equal((20, 20), (plan.Payload.GitInfo.Depth, plan.Settings.SubmoduleDepth));
    }

    [Fact]
    [Trait("Trap", "10")]
    public void An_unknown_GIT_STRATEGY_is_a_warning_only()
    {
        var plan = Plan(Set("GIT_STRATEGY", "pull"));

        Assert.Equal(GitStrategy.Fetch, plan.Settings.Strategy);
        Assert.Equal(
            ["GIT_STRATEGY: expected either 'clone', 'fetch', 'none' or 'empty' got \"pull\", using default value 'fetch'"], plan.Warnings);
    }

    [Fact]
    [Trait("Trap", "16")]
    public void When_timeout_and_allow_failure_of_a_step_are_not_looked_at()
    {
        var payload = JobRunBench.SamplePayload();
        JobStep odd = new() { Name = "script", Script = ["x"], When = "never", Timeout = 1, AllowFailure = true };
        var plan = Compile(payload with { Steps = [odd] });

        var step = Assert.Single(plan.Stages.OfType<PlannedStage.Step>());
        Assert.Equal("step_script", step.Name);
        Assert.Equal(TimeSpan.FromHours(1), plan.Timeout);
    }

    [Fact]
    [Trait("Trap", "17")]
    public void References_see_paths_of_file_variables_and_odd_forms_collapse()
    {
        var plan = Plan(
            new JobVariable { Key = "KUBE", Value = "content", File = true }, Set("WHERE", "$KUBE"), Set("PRICE", "5$$"), Set("X", "set"),
            Set("DEFAULTED", "[${X:-y}]"));

        Assert.Equal("/builds/group/project.tmp/KUBE", plan.Variables.Get("WHERE"));
        Assert.Equal(("5$", "[]"), (plan.Variables.Get("PRICE"), plan.Variables.Get("DEFAULTED")));
    }

    [Fact]
    [Trait("Trap", "17")]
    public void Fallback_keys_are_expanded_twice()
    {
        var payload = JobRunBench.SamplePayload() with
        {
            Variables = [Set("OUTER", "$INNER") with { Raw = true }, Set("INNER", "deep")],
            Cache = [new JobCache { Key = "own", Paths = ["x"], FallbackKeys = ["fall-$OUTER"] }],
        };

        var entry = Compile(payload).Stages.OfType<PlannedStage.RestoreCache>().Single().Entries[0];

        Assert.Contains(entry.Candidates, candidate => candidate.HumanKey == "fall-deep");
    }

    [Fact]
    [Trait("Trap", "18")]
    public void A_job_overrides_its_project_folder_but_not_what_the_runner_says_about_itself()
    {
        var payload = JobRunBench.SamplePayload() with
        {
            Variables =
            [
                Set("CI_PROJECT_DIR", "/elsewhere"), Set("CI_RUNNER_VERSION", "0"), Set("RUNNER_TEMP_PROJECT_DIR", "/t"),
                Set("FF_TIMESTAMPS", "true"),
            ],
        };
        var runner = JobRunBench.SampleRunner() with { FeatureFlags = new Dictionary<string, bool> { ["FF_TIMESTAMPS"] = false } };

        var plan = Compile(payload, runner);

        Assert.Equal("/elsewhere", plan.Variables.Get("CI_PROJECT_DIR"));
        Assert.Equal("1.2.3", plan.Variables.Get("CI_RUNNER_VERSION"));
        Assert.Equal("/builds/group/project.tmp", plan.Variables.Get("RUNNER_TEMP_PROJECT_DIR"));
        Assert.Equal("false", plan.Variables.Get("FF_TIMESTAMPS"));
        Assert.False(plan.Flags[KnownFlags.Timestamps]);
    }

    [Fact]
    [Trait("Trap", "22")]
    public void The_temporary_folder_stands_beside_the_checkout()
    {
        var folders = Plan().Folders;

        Assert.Equal(("/builds/group/project", "/builds/group/project.tmp"), (folders.Project, folders.Temporary));
    }

    private static JobVariable Set(string key, string value) => new() { Key = key, Value = value, Public = true };

    private static JobPlan Plan(params JobVariable[] more)
    {
        var payload = JobRunBench.SamplePayload();
        return Compile(payload with { Variables = [.. payload.Variables, .. more] });
    }

    private static JobPlan Compile(JobPayload payload, RunnerSettings? runner = null)
    {
        var defaults = new PlanDefaults
        {
            BuildsFolder = "/builds",
            CacheFolder = "/cache",
            SharedBuildsFolder = false,
            SharedEnvironment = false,
            CustomBuildDirAllowed = true,
            SafeDirectoryCheckout = true,
            CleanGitConfig = true,
            Shell = "bash",
        };
        return Assert.IsType<Compilation.Planned>(JobPlanner.Compile(new PlanRequest
        {
            Payload = payload,
            Runner = runner ?? JobRunBench.SampleRunner(),
            Numbers = new JobNumbers(0, 0),
            Defaults = defaults,
        })).Plan;
    }
}
