using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Tests.Includes;

public sealed class IncludeTests
{
    [Fact(Timeout = 30_000)]
    public async Task Later_includes_win_over_earlier_ones_and_the_including_file_over_all()
    {
        var pipeline = await Sample.CreatedAsync(Sample.Request(
            "include: [a.yml, {local: /b.yml}]\njob: {variables: {Z: root}}\n",
            ("a.yml", "job: {script: [a, a2], variables: {X: a, Y: a, Z: a}}"),
            ("b.yml", "job: {script: [b], variables: {Y: b}}")));

        var job = pipeline.Jobs.Single();
        Assert.Equal(["b"], job.Script);
        Assert.Equal(["X=a", "Y=b", "Z=root"], job.Variables.Select(variable => $"{variable.Key}={variable.Value}"));
    }

    [Theory]
    [InlineData("include: x.yml", "Local file `x.yml` does not exist!")]
    [InlineData("include: empty.yml", "Local file `empty.yml` is empty!")]
    [InlineData("include: a.txt", "Included file `a.txt` does not have YAML extension!")]
    [InlineData("include: list.yml", "`list.yml`: Invalid configuration format")]
    [InlineData("include: {local: [a]}", "Included file `[\"a\"]` needs to be a string")]
    [InlineData("include: {loocal: a.yml}", "`{\"loocal\":\"a.yml\"}` does not have a valid subkey for include. Valid subkeys are: `local`, `project`")]
    [InlineData("include: {local: a.yml, remote: 'https://x/a.yml'}", "Each include must use only one of:")]
    [InlineData("include: {project: g/none, file: a.yml}", "Project `g/none` not found or access denied!")]
    [InlineData("include: {project: g/lib, ref: nope, file: a.yml}", "Project `g/lib` reference `nope` does not exist!")]
    [InlineData("include: {project: g/lib, file: none.yml}", "Project `g/lib` file `none.yml` does not exist!")]
    [InlineData("include: {project: g/lib}", "include config must specify the file where to fetch the config from")]
    [InlineData("include: https://example.com/none.yml", "Remote file `https://example.com/none.yml` could not be fetched because of HTTP code `404` error!")]
    [InlineData("include: {template: Nope.gitlab-ci.yml}", "Included file `Nope.gitlab-ci.yml` is empty or does not exist!")]
    [InlineData("include: {component: ci.example.com/g/none/x@1}", "Component 'ci.example.com/g/none/x@1' - content not found")]
    [InlineData("include: {artifact: a.yml, job: j}", "Including configs from artifacts is only allowed when triggering child pipelines")]
    [InlineData("include: {local: ok.yml, rules: [{if: '${X}'}]}", "include:rules:rule if invalid expression syntax")]
    [InlineData("include: {local: ok.yml, rules: [{when: on_success}]}", "include:rules:rule when unknown value: on_success")]
    public async Task What_cannot_be_included_is_told_in_GitLabs_words(string yaml, string message)
    {
        var rejected = await Sample.RejectedAsync(Request(yaml));

        Assert.Contains(message, rejected.YamlErrors, StringComparison.Ordinal);
        Assert.All(rejected.Problems, problem => Assert.True(problem.Line > 0));
    }

    [Theory]
    [InlineData("include: {project: g/lib, file: [a.yml, b.yml]}", "lib-a lib-b lib-inner")]
    [InlineData("include: https://example.com/r.yml", "remote")]
    [InlineData("include: {component: $CI_SERVER_FQDN/g/lib/thing@1.0}", "thing-1.0-1.0.0")]
    [InlineData("include: {local: ok.yml, rules: [{if: $CI_COMMIT_BRANCH == \"main\"}]}", "ok")]
    [InlineData("include: {local: ok.yml, rules: [{exists: [ok.yml]}]}", "ok")]
    [InlineData("include: [{local: ok.yml, rules: [{exists: [nope]}]}]", "")]
    [InlineData("include: [{local: ok.yml, rules: [{if: $CI, when: never}]}]", "")]
    [InlineData("include: 'dir/*.yml'", "one")]
    [InlineData("include: 'dir/**.yml'", "one two")]
    public async Task Files_come_from_everywhere(string yaml, string jobs)
    {
        var pipeline = await Sample.CreatedAsync(Request(yaml + "\nroot: {script: echo}\n"));

        Assert.Equal(jobs, string.Join(' ', pipeline.Jobs.Select(job => job.Name).Where(name => name != "root").Order(StringComparer.Ordinal)));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_from_a_remote_address_has_no_project_of_its_own()
    {
        var rejected = await Sample.RejectedAsync(Request("include: https://example.com/nested.yml"));

        Assert.Equal("Local file `ok.yml` does not have project!", rejected.YamlErrors);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_that_includes_itself_ends_at_the_limit()
    {
        var rejected = await Sample.RejectedAsync(Sample.Request("include: a.yml", ("a.yml", "include: a.yml\njob: {script: echo}")));

        Assert.Equal("Maximum of 150 nested includes are allowed!", rejected.YamlErrors);
    }

    [Fact(Timeout = 30_000)]
    public async Task Masked_values_do_not_show_in_messages()
    {
        var request = Sample.Request("include: $WHERE.yml") with
        {
            Variables = new VariableLayers { Project = [new Variable { Key = "WHERE", Value = "hidden-place", IsMasked = true }] },
        };

        Assert.Equal("Local file `[MASKED].yml` does not exist!", (await Sample.RejectedAsync(request)).YamlErrors);
    }

    [Fact(Timeout = 30_000)]
    public async Task Lint_tells_the_merged_text_and_the_files()
    {
        var report = await PipelineLint.CheckAsync(
            Request("include: ok.yml\n.base: {script: !reference [ok, script]}\njob: {extends: .base, tags: [a]}\n"), TestContext.Current.CancellationToken);

        Assert.True(report.IsValid);
        Assert.Equal(["ok.yml"], report.Included);
        Assert.Equal(
            "---\nok:\n  script: echo ok\n.base:\n  script: echo ok\njob:\n  script: echo ok\n  extends: .base\n  tags:\n  - a\n", report.MergedYaml);
    }

    private static PipelineRequest Request(string yaml)
    {
        var tree = new MemoryTree(
            ("ok.yml", "ok: {script: echo ok}"), ("empty.yml", " \n"), ("a.txt", "x"), ("list.yml", "- a"),
            ("dir/one.yml", "one: {script: echo}"), ("dir/sub/two.yml", "two: {script: echo}"));
        tree.Projects["g/lib"] = new MemoryTree(
            ("a.yml", "lib-a: {script: echo}\ninclude: inner.yml"), ("b.yml", "lib-b: {script: echo}"), ("inner.yml", "lib-inner: {script: echo}"),
            ("templates/thing/template.yml", "spec: {component: [reference, version]}\n---\n\"thing-$[[ component.reference ]]-$[[ component.version ]]\": {script: echo}"));
        tree.Remote["https://example.com/r.yml"] = "remote: {script: echo}";
        tree.Remote["https://example.com/nested.yml"] = "include: ok.yml";
        return Sample.Request(yaml) with { Tree = tree, Includes = tree };
    }
}
