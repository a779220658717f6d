namespace Gantry.Pipelines.Tests.Merging;

public sealed class MergingTests
{
    [Fact(Timeout = 30_000)]
    public async Task Extends_merges_maps_replaces_lists_and_null_removes()
    {
        var job = await Sample.JobAsync("""
            .a: {script: [a], variables: {X: 1, Y: 1}, tags: [t], image: img}
            .b: {variables: {Y: 2}, tags: [u]}
            job: {extends: [.a, .b], variables: {Z: 3}, image: null}
            """);

        Assert.Equal(["a"], job.Script);
        Assert.Equal(["X=1", "Y=2", "Z=3"], job.Variables.Select(variable => $"{variable.Key}={variable.Value}"));
        Assert.Equal(["u"], job.Tags);
        Assert.Null(job.Image);
    }

    [Fact(Timeout = 30_000)]
    public async Task Eleven_levels_of_extends_are_allowed_and_twelve_are_not()
    {
        static string Chain(int levels) =>
            ".l1: {script: echo}\n" + string.Concat(Enumerable.Range(2, levels - 2).Select(i => $".l{i}: {{extends: .l{i - 1}}}\n")) + $"job: {{extends: .l{levels - 1}}}\n";

        await Sample.CreatedAsync(Chain(11));
        Assert.Contains("nesting too deep in `extends`", (await Sample.RejectedAsync(Chain(12))).YamlErrors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job: {extends: .nope, script: echo}", "job: unknown keys in `extends` (.nope)")]
    [InlineData(".x: [a]\njob: {extends: .x, script: echo}", "job: invalid base hashes in `extends` (.x)")]
    [InlineData("job: {script: !reference [.x, script]}", "!reference [\".x\", \"script\"] could not be found")]
    [InlineData("job: {script: !reference []}", "!reference [] is not valid")]
    [InlineData(".a: {script: !reference [.b, script]}\n.b: {script: !reference [.a, script]}\njob: {script: !reference [.a, script]}", "is part of a circular chain")]
    public async Task Broken_links_are_told_in_GitLabs_words(string yaml, string message) =>
        Assert.Contains(message, (await Sample.RejectedAsync(yaml)).YamlErrors, StringComparison.Ordinal);

    [Fact(Timeout = 30_000)]
    public async Task References_work_in_rules_variables_and_needs_and_through_one_another()
    {
        var pipeline = await Sample.CreatedAsync("""
            .vars: {variables: {A: x}}
            .rules: {rules: [{if: $CI, when: manual}]}
            .needs: {needs: [first]}
            .one: {script: [one]}
            .two: {script: [!reference [.one, script], two]}
            first: {script: echo}
            job:
              stage: deploy
              variables: !reference [.vars, variables]
              rules: [!reference [.rules, rules]]
              needs: [!reference [.needs, needs]]
              script: [!reference [.two, script]]
            """);

        var job = pipeline.Jobs[^1];
        Assert.Equal(["one", "two"], job.Script);
        Assert.True(job.IsManual);
        Assert.Equal("first", job.Needs.Single().Job);
        Assert.Equal("A", job.Variables.Single().Key);
    }

    [Fact(Timeout = 30_000)]
    public async Task Inherit_chooses_defaults_and_variables()
    {
        var job = await Sample.JobAsync("""
            default: {image: img, tags: [t], before_script: [b]}
            variables: {A: 1, B: 2}
            job: {script: s, inherit: {default: [image], variables: [B]}}
            """);

        Assert.Equal("img", job.Image!.Name);
        Assert.Empty(job.Tags);
        Assert.Equal(["s"], job.Script);
        Assert.Equal(["B"], job.Variables.Select(variable => variable.Key));
    }
}
