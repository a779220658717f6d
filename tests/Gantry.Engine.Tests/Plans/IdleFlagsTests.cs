using Gantry.Engine.Plans;
using Gantry.Engine.Tests.Running;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Plans;

public sealed class IdleFlagsTests
{
    [Theory]
    [InlineData("FF_USE_FASTZIP", "false", "FF_USE_FASTZIP changes nothing in this runner: there is one archiver, which uses all processors")]
    [InlineData("FF_USE_FASTZIP", "true", null)]
    [InlineData("FF_SCRIPT_SECTIONS", "true", null)]
    public void A_flag_that_changes_nothing_says_so_to_whoever_sets_it(string flag, string value, string? warning)
    {
        var payload = JobRunBench.SamplePayload() with { Variables = [new JobVariable { Key = flag, Value = value, Public = true }] };
        var plan = Assert.IsType<Compilation.Planned>(JobPlanner.Compile(new PlanRequest
        {
            Payload = payload,
            Runner = JobRunBench.SampleRunner(),
            Numbers = new JobNumbers(0, 0),
            Defaults = new PlanDefaults
            {
                BuildsFolder = "/builds",
                CacheFolder = "/cache",
                SharedBuildsFolder = false,
                SharedEnvironment = false,
                CustomBuildDirAllowed = true,
                SafeDirectoryCheckout = true,
                CleanGitConfig = true,
                Shell = "bash",
            },
        })).Plan;

        Assert.Equal(warning is null ? [] : [warning], plan.Warnings);
    }
}
