using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.Tests.Inputs;

public sealed class InputTests
{
    [Theory]
    [InlineData("type: string", "1", "1")]
    [InlineData("type: number", "3", "3")]
    [InlineData("type: number", "'2.5'", "2.5")]
    [InlineData("type: boolean", "true", "true")]
    [InlineData("default: low", "high", "high")]
    public async Task Values_are_taken_by_their_type(string definition, string given, string expected)
    {
        var job = await IncludedJobAsync($"{{{definition}}}", given, "echo ($[[ inputs.x ]])");

        Assert.Equal([$"echo ({expected})"], job.Script);
    }

    [Theory]
    [InlineData("{}", null, "`f.yml`: `x` input: required value has not been provided")]
    [InlineData("{type: number}", "one", "`f.yml`: `x` input: provided value is not a number")]
    [InlineData("{type: boolean}", "maybe", "`f.yml`: `x` input: provided value is not a boolean")]
    [InlineData("{type: array}", "text", "`f.yml`: `x` input: provided value is not an array")]
    [InlineData("{type: number, default: text}", null, "`f.yml`: `x` input: default value is not a number")]
    [InlineData("{options: [a, b]}", "c", "`f.yml`: `x` input: `c` cannot be used because it is not in the list of allowed options")]
    [InlineData("{type: boolean, options: [true]}", "true", "`f.yml`: `x` input: Options can only be used with string and number inputs")]
    [InlineData("{regex: '^v'}", "x1", "`f.yml`: `x` input: provided value does not match required RegEx pattern")]
    [InlineData("{regex: '(?=v)'}", "x1", "`f.yml`: `x` input: invalid regular expression")]
    [InlineData("{type: number, regex: a}", "1", "`f.yml`: `x` input: RegEx validation can only be used with string inputs")]
    public async Task Wrong_values_are_refused_where_they_are_given(string definition, string? given, string message)
    {
        var rejected = await Sample.RejectedAsync(Including(definition, given, "echo"));

        var problem = Assert.Single(rejected.Problems);
        Assert.Equal((message, ".gitlab-ci.yml", 2), (problem.Message, problem.File, problem.Line));
    }

    [Theory]
    [InlineData("$[[ inputs.x | truncate(1,2) ]]", "bc")]
    [InlineData("$[[inputs.x|posix_escape]]", "abcd\\ \\$CI_COMMIT_BRANCH")]
    [InlineData("$[[ inputs.x | expand_vars ]]", "abcd main")]
    [InlineData("$[[ inputs.x | expand_vars | truncate(5,2) ]]", "ma")]
    public async Task Functions_work_on_the_value_from_left_to_right(string block, string expected)
    {
        var job = await IncludedJobAsync("{}", "abcd $CI_COMMIT_BRANCH", $"'{block}'");

        Assert.Equal([expected], job.Script);
    }

    [Fact(Timeout = 30_000)]
    public async Task Split_makes_a_list_that_a_script_flattens()
    {
        var job = await IncludedJobAsync("{}", "'a; b;;c'", "$[[ inputs.x | split(';') ]]");

        Assert.Equal(["a", "b", "c"], job.Script);
    }

    [Theory]
    [InlineData("$[[ inputs.y ]]", "unknown interpolation key: `y`")]
    [InlineData("$[[ inputs ]]", "invalid interpolation access pattern")]
    [InlineData("$[[ inputs.x | nope ]]", "no function matching `nope`: check that the function name, arguments, and types are correct")]
    [InlineData("$[[ inputs.x | truncate(a,b) ]]", "no function matching `truncate(a,b)`")]
    [InlineData("$[[ inputs.x | split('') ]]", "invalid argument: separator cannot be empty")]
    [InlineData("$[[ inputs.x | posix_escape | posix_escape | posix_escape | posix_escape ]]", "too many functions in interpolation block")]
    [InlineData("$[[ component.name ]]", "unknown interpolation key: `component`")]
    public async Task Wrong_blocks_are_reported_at_their_line_of_the_included_file(string block, string message)
    {
        var rejected = await Sample.RejectedAsync(Including("{}", "v", $"'{block}'"));

        var problem = Assert.Single(rejected.Problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(("f.yml", 6), (problem.File, problem.Line));
    }

    [Fact(Timeout = 30_000)]
    public async Task Lines_below_a_value_of_several_lines_keep_their_numbers()
    {
        var rejected = await Sample.RejectedAsync(Sample.Request(
            "include: {local: f.yml, inputs: {x: \"one\\n    two\"}}",
            ("f.yml", "spec:\n  inputs:\n    x:\n---\njob:\n  script: |\n    $[[ inputs.x ]]\n  whn: always\n")));

        Assert.Equal(("f.yml", 8), (rejected.Problems[0].File, rejected.Problems[0].Line));
    }

    [Fact(Timeout = 30_000)]
    public async Task Pipeline_inputs_go_to_the_root_file()
    {
        var yaml = "spec:\n  inputs:\n    env: {default: dev, options: [dev, prod]}\n    count: {type: number, default: 1}\n---\njob:\n  parallel: $[[ inputs.count ]]\n  script: echo $[[ inputs.env ]]\n";
        var byDefault = await Sample.CreatedAsync(yaml);
        var given = await Sample.CreatedAsync(Sample.Request(yaml) with
        {
            Inputs = new Dictionary<string, InputValue> { ["env"] = new InputValue.Text("prod"), ["count"] = new InputValue.Text("2") },
        });

        Assert.Equal(["echo dev"], byDefault.Jobs.SelectMany(job => job.Script));
        Assert.Equal(["echo prod", "echo prod"], given.Jobs.SelectMany(job => job.Script));
    }

    [Fact(Timeout = 30_000)]
    public async Task Rules_of_an_input_choose_its_options_and_default_by_other_inputs()
    {
        const string File = """
            spec:
              inputs:
                cloud: {options: [aws, gcp]}
                region:
                  rules:
                    - if: $[[ inputs.cloud ]] == "aws"
                      options: [eu-1, us-1]
                      default: eu-1
                    - options: [west]
                      default: west
            ---
            job: {script: "$[[ inputs.region ]]"}
            """;
        var west = await Sample.CreatedAsync(Sample.Request("include: {local: f.yml, inputs: {cloud: gcp}}", ("f.yml", File)));
        var wrong = await Sample.RejectedAsync(Sample.Request("include: {local: f.yml, inputs: {cloud: aws, region: west}}", ("f.yml", File)));

        Assert.Equal(["west"], west.Jobs[0].Script);
        Assert.Contains("`region` input: `west` cannot be used", wrong.YamlErrors, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Inputs_for_a_file_without_header_are_refused()
    {
        var rejected = await Sample.RejectedAsync(Sample.Request("include: {local: f.yml, inputs: {x: 1}}", ("f.yml", "job: {script: echo}")));

        Assert.Equal("`f.yml`: unknown input arguments", rejected.YamlErrors);
    }

    [Fact(Timeout = 30_000)]
    public async Task Header_includes_bring_inputs_of_several_files()
    {
        var pipeline = await Sample.CreatedAsync(Sample.Request(
            "spec:\n  include: [{local: shared.yml}]\n  inputs: {own: {default: o}}\n---\njob: {script: \"$[[ inputs.common ]]-$[[ inputs.own ]]\"}\n",
            ("shared.yml", "inputs: {common: {default: c}}")));

        Assert.Equal(["c-o"], pipeline.Jobs[0].Script);
    }

    private static async Task<JobModel> IncludedJobAsync(string definition, string? given, string script) =>
        (await Sample.CreatedAsync(Including(definition, given, script))).Jobs.Single();

    private static PipelineRequest Including(string definition, string? given, string script) => Sample.Request(
        $"include:\n  - local: f.yml\n{(given is null ? "" : $"    inputs: {{x: {given}}}\n")}",
        ("f.yml", $"spec: {{inputs: {{x: {definition}}}}}\n---\njob:\n\n  script:\n    - {script}\n"));
}
