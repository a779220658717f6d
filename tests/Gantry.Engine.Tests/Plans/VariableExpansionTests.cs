using CsCheck;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Plans;

public sealed class VariableExpansionTests
{
    [Fact]
    public void Text_without_a_dollar_comes_back() =>
        Gen.String.Where(text => !text.Contains('$')).Sample(text => VariableExpansion.Expand(text, _ => "x") == text);

    [Fact]
    public void Any_text_ends_and_asks_only_for_names_that_stand_in_it() => Gen.String[Gen.Char["ab1_${}:-* "], 0, 30].Sample(text =>
    {
        VariableExpansion.Expand(text, name =>
        {
            Assert.Contains(name, text, StringComparison.Ordinal);
            return "";
        });
    });

    [Fact]
    public void What_a_name_stands_for_is_not_expanded_again() =>
        Assert.Equal("$B", VariableExpansion.Expand("${A}", name => name == "A" ? "$B" : "wrong"));

    [Theory]
    [InlineData("$", "$")]
    [InlineData("a$", "a$")]
    [InlineData("$/x", "$/x")]
    [InlineData("${", "")]
    [InlineData("${A", "A")]
    [InlineData("${}x", "x")]
    [InlineData("$10", "0")]
    [InlineData("${A:-b}", "")]
    public void Odd_forms_are_read_as_go_reads_them(string text, string expected) =>
        Assert.Equal(expected, new JobVariables([]).ExpandValue(text));

    [Fact]
    public void The_order_of_the_list_is_gitlabs()
    {
        var request = new PlanRequest
        {
            Payload = new JobPayload
            {
                Id = 5,
                Image = new JobImage { Name = "alpine" },
                GitInfo = new GitReference { RepoUrl = "https://h/g/p.git" },
                Variables = [new() { Key = "MINE", Value = "1" }, new() { Key = "FF_TIMESTAMPS", Value = "false" }, new() { Key = "CI_RUNNER_VERSION", Value = "9" }],
            },
            Runner = Running.JobRunBench.SampleRunner() with { Environment = ["FROM_CONFIG=yes", "broken"] },
            Defaults = new PlanDefaults
            {
                BuildsFolder = "/b",
                CacheFolder = "/c",
                SharedBuildsFolder = true,
                SharedEnvironment = true,
                CustomBuildDirAllowed = false,
                SafeDirectoryCheckout = false,
                CleanGitConfig = true,
                Shell = "bash",
            },
            Numbers = new JobNumbers(3, 1),
            Secrets = [new() { Key = "FROM_VAULT", Value = "s", Masked = true, File = true, Raw = true }],
        };

        var plan = Assert.IsType<Compilation.Planned>(JobPlanner.Compile(request)).Plan;

        Assert.Equal(
            [
                "CI_JOB_IMAGE", "CI_RUNNER_SHORT_TOKEN", "FROM_CONFIG", "CI_BUILDS_DIR", "CI_PROJECT_DIR", "CI_CONCURRENT_ID",
                "CI_CONCURRENT_PROJECT_ID", "CI_SERVER", "CI_JOB_STATUS", "CI_JOB_TIMEOUT", "MINE", "CI_RUNNER_VERSION",
                "CI_SHARED_ENVIRONMENT", "CI_RUNNER_VERSION", "CI_RUNNER_REVISION", "CI_RUNNER_EXECUTABLE_ARCH", "FROM_VAULT",
                "RUNNER_TEMP_PROJECT_DIR",
            ],
            plan.Variables.All.Skip(KnownFlags.Defaults.Count).Select(v => v.Key));
        Assert.Equal("false", plan.Variables.Get("FF_TIMESTAMPS"));
        Assert.Equal("1.2.3", plan.Variables.Get("CI_RUNNER_VERSION"));
        Assert.Equal("/b/abcdefghi/1/g/p", plan.Variables.Get("CI_PROJECT_DIR"));
        Assert.Equal("/b/abcdefghi/1/g/p.tmp/FROM_VAULT", plan.Variables.Get("FROM_VAULT"));
        Assert.Contains("s", plan.MaskPhrases);
    }
}
