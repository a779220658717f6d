using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.Tests;

public sealed class PipelineCompilerTests
{
    [Fact(Timeout = 30_000)]
    public async Task Stages_without_jobs_vanish_and_jobs_follow_the_stages()
    {
        var pipeline = await Sample.CreatedAsync("""
            stages: [one, two, three]
            late: {stage: three, script: echo}
            early: {stage: one, script: echo}
            """);

        Assert.Equal(["one", "three"], pipeline.Stages);
        Assert.Equal(["early", "late"], pipeline.Jobs.Select(job => job.Name));
        Assert.Equal([0, 1], pipeline.Jobs.Select(job => job.StageIndex));
    }

    [Fact(Timeout = 30_000)]
    public async Task All_problems_are_reported_at_once_each_with_its_place()
    {
        var rejected = await Sample.RejectedAsync("""
            job:
              skript: echo
            other:
              script: echo
              when: sometimes
              retry: 3
            """);

        Assert.Equal(
            [
                ".gitlab-ci.yml:1:1: jobs job config should implement the script:, run:, or trigger: keyword (did you mean `script`?)",
                ".gitlab-ci.yml:5:9: jobs:other when should be one of: on_success, on_failure, always, manual, delayed",
                ".gitlab-ci.yml:6:10: jobs:other:retry config must be less than or equal to 2",
            ],
            rejected.Problems.Select(problem => problem.ToString()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Before_script_and_script_are_one_step()
    {
        var job = await Sample.JobAsync("""
            default:
              before_script: [a, b]
            job:
              script: [c, [d, e]]
              after_script: f
            """);

        Assert.Equal(["a", "b", "c", "d", "e"], job.Script);
        Assert.Equal(2, job.BeforeScriptLines);
        Assert.Equal(["f"], job.AfterScript);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_job_written_as_manual_may_fail_and_one_made_manual_by_a_rule_may_not()
    {
        var pipeline = await Sample.CreatedAsync("""
            written: {script: echo, when: manual}
            ruled:
              script: echo
              rules: [{if: $CI, when: manual}]
            both:
              script: echo
              when: manual
              rules: [{if: $CI}]
            """);

        Assert.All(pipeline.Jobs, job => Assert.Equal(JobWhen.Manual, job.When));
        Assert.Equal([true, false, true], pipeline.Jobs.Select(job => job.AllowFailure));
    }

    [Fact(Timeout = 30_000)]
    public async Task Matrix_values_name_the_instances_and_the_last_key_varies_fastest()
    {
        var pipeline = await Sample.CreatedAsync("""
            job:
              script: echo
              parallel:
                matrix:
                  - A: [1, 2]
                    B: [x, y]
            after:
              stage: deploy
              script: echo
              needs: [{job: job, parallel: {matrix: [{A: 2, B: y}]}}]
            """);

        Assert.Equal(["job: [1, x]", "job: [1, y]", "job: [2, x]", "job: [2, y]", "after"], pipeline.Jobs.Select(job => job.Name));
        Assert.Equal([new NeedModel("job: [2, y]", true, false)], pipeline.Jobs[^1].Needs);
        Assert.True(pipeline.Jobs[^1].IsDag);
    }
}
