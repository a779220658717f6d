using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Tests.Creation;

public sealed class JobModelTests
{
    [Fact(Timeout = 30_000)]
    public async Task Every_keyword_reaches_the_model()
    {
        var job = await Sample.JobAsync("""
            job:
              stage: test
              image: {name: img, entrypoint: [""], pull_policy: [always, if-not-present], docker: {platform: arm64, user: me}}
              services: [redis, {name: pg, alias: "db, data", command: [run], variables: {P: q}}]
              script: echo
              artifacts: {paths: [out], exclude: [out/x], when: always, expire_in: 1 week, reports: {junit: [a.xml], coverage_report: {coverage_format: cobertura, path: c.xml}}}
              cache: [{key: k-$CI_COMMIT_REF_SLUG, paths: [c], policy: $P, fallback_keys: [f]}]
              retry: {max: 2, when: [script_failure], exit_codes: 7}
              timeout: 1h 30m
              interruptible: true
              resource_group: prod-$CI_COMMIT_BRANCH
              environment: {name: prod/$CI_COMMIT_BRANCH, url: "https://$CI_ENVIRONMENT_SLUG.example.com", deployment_tier: production}
              coverage: '/(\d+)%/'
              tags: [t-$CI_COMMIT_BRANCH]
              id_tokens: {TOKEN: {aud: [a, b]}}
              secrets: {PASSWORD: {vault: "a/b/field@eng", file: false, token: $TOKEN}}
              release: {tag_name: v1, description: text, assets: {links: [{name: n, url: u}]}}
              hooks: {pre_get_sources_script: [echo hook]}
              inputs: {level: {default: low, options: [low, high]}}
              manual_confirmation: sure?
            """);

        Assert.Equal(("img", "arm64", "me"), (job.Image!.Name, job.Image.DockerPlatform, job.Image.DockerUser));
        Assert.Equal([""], job.Image.Entrypoint);
        Assert.Equal(["redis", "pg"], job.Services.Select(service => service.Image.Name));
        Assert.Equal(("db, data", "q"), (job.Services[1].Alias, job.Services[1].Variables[0].Value));
        Assert.Equal(["junit", "cobertura"], job.Artifacts!.Reports.Select(report => report.Type));
        Assert.Equal(("k-$CI_COMMIT_REF_SLUG", "$P"), (job.Caches[0].Key, job.Caches[0].Policy));
        Assert.Equal((2, 7), (job.Retry.Max, job.Retry.ExitCodes[0]));
        Assert.Equal(TimeSpan.FromMinutes(90), job.Timeout);
        Assert.Equal("prod-main", job.ResourceGroup);
        Assert.Equal(("prod/main", "production"), (job.Environment!.Name, job.Environment.Tier));
        Assert.Equal($"https://{job.Environment.Slug}.example.com", job.Environment.Url);
        Assert.Equal((@"(\d+)%", "t-main"), (job.Coverage, job.Tags[0]));
        Assert.Equal(["a", "b"], job.IdTokens[0].Audiences);
        Assert.Equal(("vault", "a/b", "field", "eng"), (job.Secrets[0].Provider, job.Secrets[0].Settings["path"], job.Secrets[0].Settings["field"], job.Secrets[0].Settings["engine.path"]));
        Assert.Equal(("v1", "u"), (job.Release!.TagName, job.Release.Links[0].Url));
        Assert.Equal(["echo hook"], job.Hooks["pre_get_sources_script"]);
        Assert.Equal(new InputValue.Text("low"), job.Inputs[0].Default);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_child_pipeline_is_handed_on_as_a_configuration_of_its_own()
    {
        var bridge = await Sample.JobAsync("job: {trigger: {include: [{local: child.yml, inputs: {n: 1}}, {artifact: gen.yml, job: maker}], strategy: depend, forward: {pipeline_variables: true}}}");

        var child = Assert.IsType<TriggerModel.Child>(bridge.Trigger);
        Assert.Equal("{\"include\":[{\"local\":\"child.yml\",\"inputs\":{\"n\":1}},{\"artifact\":\"gen.yml\",\"job\":\"maker\"}]}", child.ConfigurationYaml);
        Assert.Equal((TriggerStrategy.Depend, true, true), (child.Strategy, child.ForwardYamlVariables, child.ForwardPipelineVariables));

        var tree = new MemoryTree(("child.yml", "spec: {inputs: {n: {type: number}}}\n---\nc: {script: echo, parallel: $[[ inputs.n ]]}")) { Artifacts = { ["maker:gen.yml"] = "g: {script: echo}" } };
        var request = Sample.Request(child.ConfigurationYaml) with { Tree = tree, Includes = tree };
        var pipeline = await Sample.CreatedAsync(request with { Facts = request.Facts with { Source = PipelineSources.ParentPipeline } });
        Assert.Equal(["c 1/1", "g"], pipeline.Jobs.Select(job => job.Name));
    }

    [Theory]
    [InlineData("group/$CI_COMMIT_BRANCH", "group/main")]
    public async Task A_downstream_project_is_expanded(string written, string expected)
    {
        var bridge = await Sample.JobAsync($"job: {{trigger: {{project: {written}, branch: b, inputs: {{x: [1]}}}}}}");

        var project = Assert.IsType<TriggerModel.Project>(bridge.Trigger);
        Assert.Equal((expected, "b", "[1]"), (project.Path, project.Branch, project.Inputs["x"].ToJson()));
    }

    [Fact(Timeout = 30_000)]
    public async Task Cache_keys_of_files_change_with_the_files_only()
    {
        const string Yaml = "job: {script: echo, cache: [{key: {files: [a.lock, b.lock]}, paths: [x]}, {key: {files: [none.lock], prefix: p}, paths: [y]}, {key: {files_commits: [a.lock]}}]}";
        var first = (await Sample.CreatedAsync(Sample.Request(Yaml, ("a.lock", "1"), ("b.lock", "22")))).Jobs[0].Caches;
        var same = (await Sample.CreatedAsync(Sample.Request(Yaml, ("b.lock", "33"), ("a.lock", "2")))).Jobs[0].Caches;
        var other = (await Sample.CreatedAsync(Sample.Request(Yaml, ("a.lock", "1"), ("b.lock", "333")))).Jobs[0].Caches;

        Assert.Matches("^0_a_b-[0-9a-f]{40}$", first[0].Key);
        Assert.Equal("p-default", first[1].Key);
        Assert.Matches("^2_a-[0-9a-f]{40}$", first[2].Key);
        Assert.Equal(first[0].Key, same[0].Key);
        Assert.NotEqual(first[0].Key, other[0].Key);
    }

    [Fact(Timeout = 30_000)]
    public async Task Settings_win_over_the_file_and_the_nearer_environment_over_the_wider()
    {
        var request = Sample.Request("""
            variables: {A: top, B: top, C: top}
            job:
              script: echo
              variables: {B: job, NAME: prod}
              environment: $NAME
              resource_group: $A-$B-$C-$S
            """) with
        {
            Variables = new VariableLayers
            {
                Project =
                [
                    new Variable { Key = "C", Value = "project" },
                    new Variable { Key = "S", Value = "exact", EnvironmentScope = "prod" },
                    new Variable { Key = "S", Value = "any", EnvironmentScope = "*" },
                    new Variable { Key = "A", Value = "guarded", IsProtected = true },
                ],
                Pipeline = [new Variable { Key = "B", Value = "given" }],
            },
        };

        Assert.Equal("top-given-project-exact", (await Sample.CreatedAsync(request)).Jobs[0].ResourceGroup);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_selection_takes_what_it_needs_and_nothing_else()
    {
        var pipeline = await Sample.CreatedAsync("""
            stages: [a, b, c]
            one: {stage: a, script: echo}
            two: {stage: b, script: echo, needs: [one]}
            other: {stage: b, script: echo}
            three: {stage: c, script: echo, needs: [two]}
            """);

        var part = PipelineSelection.Select(pipeline, ["two", "nope"], out var unknown);
        Assert.Equal(["one", "two"], part.Jobs.Select(job => job.Name));
        Assert.Equal(["a", "b"], part.Stages);
        Assert.Equal(["nope"], unknown);
    }
}
