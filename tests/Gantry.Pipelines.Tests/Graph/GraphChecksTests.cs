namespace Gantry.Pipelines.Tests.Graph;

public sealed class GraphChecksTests
{
    [Theory]
    [InlineData("a: {script: echo, stage: nope}", "a job: chosen stage nope does not exist; available stages are .pre, build, test, deploy, .post")]
    [InlineData("a: {script: echo, needs: [b]}", "a job: undefined need: b")]
    [InlineData("a: {script: echo, needs: [b]}\nb: {script: echo, stage: deploy}", "a job: need b is not defined in current or prior stages")]
    [InlineData("a: {script: echo, dependencies: [b]}", "a job: undefined dependency: b")]
    [InlineData("a: {script: echo, dependencies: [b]}\nb: {script: echo, stage: deploy}", "a job: dependency b is not defined in current or prior stages")]
    [InlineData("a: {script: echo, needs: [b, b]}\nb: {script: echo}", "a has the following needs duplicated: b.")]
    [InlineData("a: {script: echo, needs: [b]}\nb: {script: echo, needs: [a]}", "circular dependencies: a -> b -> a")]
    [InlineData("a: {script: echo, needs: [b], dependencies: [c]}\nb: {script: echo}\nc: {script: echo, stage: build}", "jobs:a dependencies the c should be part of needs")]
    [InlineData("a: {script: echo, environment: {name: x, on_stop: b}}\nb: {script: echo}", "a job: on_stop job b does not have environment defined")]
    [InlineData("a: {script: echo, environment: {name: x, on_stop: b}}\nb: {script: echo, environment: {name: y, action: stop}}", "a job: on_stop job b have different environment name")]
    [InlineData("a: {script: echo, environment: {name: x, on_stop: b}}\nb: {script: echo, environment: x}", "a job: on_stop job b needs to have action stop defined")]
    public async Task What_cannot_be_between_jobs_is_told_in_GitLabs_words(string yaml, string message) =>
        Assert.Contains(message, (await Sample.RejectedAsync(yaml)).YamlErrors, StringComparison.Ordinal);

    [Fact(Timeout = 30_000)]
    public async Task A_misspelt_need_gets_the_right_name() =>
        Assert.Equal("did you mean `build-app`?", (await Sample.RejectedAsync("build-app: {script: echo}\ntest: {script: echo, needs: [biuld-app]}")).Problems[0].Hint);

    [Fact(Timeout = 30_000)]
    public async Task More_than_fifty_needs_are_refused()
    {
        var jobs = string.Concat(Enumerable.Range(0, 51).Select(i => $"j{i}: {{script: echo, stage: build}}\n"));
        var needs = string.Join(", ", Enumerable.Range(0, 51).Select(i => $"j{i}"));

        Assert.Contains("last: one job can only need 50 others, but you have listed 51.",
            (await Sample.RejectedAsync($"{jobs}last: {{script: echo, needs: [{needs}]}}")).YamlErrors, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_long_chain_of_needs_is_no_problem()
    {
        var jobs = "j0: {script: echo}\n" + string.Concat(Enumerable.Range(1, 999).Select(i => $"j{i}: {{script: echo, needs: [j{i - 1}]}}\n"));

        Assert.Equal(1000, (await Sample.CreatedAsync(jobs)).Jobs.Count);
    }
}
