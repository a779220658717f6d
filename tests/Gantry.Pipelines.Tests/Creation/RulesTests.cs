using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Tests.Creation;

public sealed class RulesTests
{
    [Theory]
    [InlineData("only: [main]", true)]
    [InlineData("only: [branches]", true)]
    [InlineData("only: [tags]", false)]
    [InlineData("only: [pushes]", true)]
    [InlineData("only: [web]", false)]
    [InlineData("only: ['/^ma/']", true)]
    [InlineData("only: ['/^MA/']", false)]
    [InlineData("only: ['main@group/project']", true)]
    [InlineData("only: ['main@other/project']", false)]
    [InlineData("only: {variables: ['$CI']}", true)]
    [InlineData("only: {refs: [main], variables: ['$NOPE']}", false)]
    [InlineData("except: [main]", false)]
    [InlineData("except: {variables: ['$NOPE']}", true)]
    [InlineData("only: {changes: ['src/*']}", true)]
    [InlineData("only: {changes: ['lib/*']}", false)]
    [InlineData("except: {changes: ['src/*']}", false)]
    [InlineData("rules: []", false)]
    [InlineData("rules: [{changes: ['src/*.c']}]", true)]
    [InlineData("rules: [{changes: {paths: ['$DIR/*.c']}}]", true)]
    [InlineData("rules: [{changes: {paths: ['x'], compare_to: other}}]", true)]
    [InlineData("rules: [{changes: {regexp: '^src/(?=a)'}}]", true)]
    [InlineData("rules: [{exists: [README.md]}]", true)]
    [InlineData("rules: [{exists: {paths: [lib.c], project: g/lib}}]", true)]
    [InlineData("rules: [{exists: {paths: [none], project: g/lib}}]", false)]
    [InlineData("rules: [{if: $NOPE}, {if: $CI}]", true)]
    [InlineData("rules: [{when: never}, {if: $CI}]", false)]
    public async Task A_job_belongs_to_the_pipeline_when_its_conditions_hold(string condition, bool belongs)
    {
        var pipeline = await Sample.CreatedAsync(Request($"other: {{script: echo}}\njob:\n  script: echo\n  {condition}\n"));

        Assert.Equal(belongs, pipeline.Jobs.Any(job => job.Name == "job"));
    }

    [Theory]
    [InlineData("rules: [{changes: {paths: [x], compare_to: nope}}]", "Failed to parse rule for job: rules:changes:compare_to is not a valid ref")]
    [InlineData("rules: [{exists: {paths: [x], project: g/none}}]", "Failed to parse rule for job: rules:exists:project `g/none` not found or access denied")]
    [InlineData("rules: [{exists: {paths: [x], project: g/lib, ref: nope}}]", "Failed to parse rule for job: rules:exists:ref `nope` is not a valid ref in project `g/lib`")]
    [InlineData("rules: [{if: $CI, when: delayed}]", "jobs:job:rules:rule start in can't be blank")]
    [InlineData("rules: [{if: $CI, start_in: 1 day}]", "jobs:job:rules:rule config contains disallowed keys: start_in")]
    [InlineData("rules: [{iff: $CI}]", "jobs:job:rules:rule config contains unknown keys: iff")]
    [InlineData("rules: text", "jobs:job rules should be an array containing hashes and arrays of hashes")]
    [InlineData("only: ['/(?=a)/']", "jobs:job:only config should be an array of strings or regular expressions using re2 syntax")]
    [InlineData("only: text", "jobs:job:only has to be either an array of conditions or a hash")]
    public async Task Wrong_conditions_are_told_in_GitLabs_words(string condition, string message) =>
        Assert.Contains(message, (await Sample.RejectedAsync(Request($"job:\n  script: echo\n  {condition}\n"))).YamlErrors, StringComparison.Ordinal);

    [Fact(Timeout = 30_000)]
    public async Task The_matching_rule_sets_variables_needs_and_the_rest()
    {
        var pipeline = await Sample.CreatedAsync("""
            first: {script: echo}
            job:
              stage: deploy
              script: echo
              when: manual
              allow_failure: {exit_codes: [3]}
              variables: {A: job, B: job}
              rules:
                - if: $A == "job"
                  when: delayed
                  start_in: 2 minutes
                  allow_failure: true
                  variables: {A: rule}
                  needs: [first]
                  interruptible: true
            """);

        var job = pipeline.Jobs[^1];
        Assert.Equal((JobWhen.Delayed, true, 0, true, true), (job.When, job.AllowFailure, job.AllowFailureExitCodes.Count, job.IsDag, job.Interruptible));
        Assert.Equal(TimeSpan.FromMinutes(2), job.StartIn);
        Assert.Equal(["A=rule", "B=job"], job.Variables.Select(variable => $"{variable.Key}={variable.Value}"));
    }

    [Fact(Timeout = 30_000)]
    public async Task The_matching_workflow_rule_overrides_top_level_variables_and_canceling()
    {
        var pipeline = await Sample.CreatedAsync("""
            variables: {A: top, B: top}
            workflow:
              name: " run $A "
              auto_cancel: {on_new_commit: none}
              rules:
                - if: $NOPE
                - if: $CI_COMMIT_BRANCH
                  variables: {A: workflow}
                  auto_cancel: {on_new_commit: interruptible, on_job_failure: all}
            job: {script: echo, variables: {B: job}}
            """);

        Assert.Equal("run workflow", pipeline.Name);
        Assert.Equal((OnNewCommit.Interruptible, true), (pipeline.AutoCancel.OnNewCommit, pipeline.AutoCancel.OnJobFailureCancelAll));
        Assert.Equal(["A=workflow", "B=job"], pipeline.Jobs[0].Variables.Select(variable => $"{variable.Key}={variable.Value}"));
    }

    [Fact(Timeout = 30_000)]
    public async Task Merge_request_pipelines_take_only_the_jobs_that_ask_for_them()
    {
        var request = Request("plain: {script: echo}\nasked: {script: echo, only: [merge_requests]}\nruled: {script: echo, rules: [{if: $CI_MERGE_REQUEST_IID}]}\n");
        var pipeline = await Sample.CreatedAsync(request with
        {
            Facts = request.Facts with
            {
                Source = PipelineSources.MergeRequestEvent,
                Reference = new GitReference("topic", GitReferenceKind.MergeRequest),
                MergeRequest = new MergeRequestFacts { Id = 7, Iid = 3, SourceBranch = "topic", TargetBranch = "main" },
            },
        });

        Assert.Equal(["asked", "ruled"], pipeline.Jobs.Select(job => job.Name));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_repository_is_listed_only_when_a_rule_asks()
    {
        var plain = Request("job: {script: echo, rules: [{if: $CI}]}");
        await Sample.CreatedAsync(plain);
        var asking = Request("a: {script: echo, rules: [{exists: [README.md]}]}\nb: {script: echo, rules: [{exists: [README.md]}]}\n");
        await Sample.CreatedAsync(asking);

        Assert.Equal((0, 1), (((MemoryTree)plain.Tree).Listings, ((MemoryTree)asking.Tree).Listings));
    }

    private static PipelineRequest Request(string yaml)
    {
        var tree = new MemoryTree(("README.md", "hello"), ("src/a.c", "int"));
        tree.Projects["g/lib"] = new MemoryTree(("lib.c", "int"));
        tree.Changes["other"] = ["x"];
        return Sample.Request(yaml) with
        {
            Tree = tree,
            Includes = tree,
            ChangedFiles = ["src/a.c"],
            Variables = new VariableLayers { Project = [new Variable { Key = "DIR", Value = "src" }] },
        };
    }
}
