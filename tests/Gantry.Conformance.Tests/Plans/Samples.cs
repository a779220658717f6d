using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>Jobs and runner entries that the tables leave unsaid.</summary>
internal static class Samples
{
    public static RunnerSettings Runner(string token = "1234") => new()
    {
        Name = "runner",
        Url = "https://gitlab.com",
        Token = new Secret(token),
        ShortToken = ShortToken.Of(token),
        SystemId = "s_1",
        Executor = "scripted",
        HostName = "host",
        ExecutablePath = "/usr/bin/gantry",
        Version = new ProductVersion("gitlab-runner", "17.0.0", "abc", "linux", "amd64"),
    };

    public static JobPayload Payload(params IReadOnlyList<JobVariable> variables) => new()
    {
        AllowGitFetch = true,
        GitInfo = new GitReference { RepoUrl = "https://gitlab.com/test-namespace/test-repo.git", Ref = "main", Sha = "0123456789abcdef" },
        Variables = variables,
        Steps = [new JobStep { Name = "script", Script = ["true"] }],
    };

    public static PlanDefaults Defaults(bool sharedBuilds = false) => new()
    {
        BuildsFolder = "/builds",
        CacheFolder = "/cache",
        SharedBuildsFolder = sharedBuilds,
        SharedEnvironment = false,
        CustomBuildDirAllowed = true,
        SafeDirectoryCheckout = false,
        CleanGitConfig = true,
        Shell = "bash",
    };

    public static PlanRequest Request(JobPayload payload, RunnerSettings? runner = null, PlanDefaults? defaults = null) => new()
    {
        Payload = payload,
        Runner = runner ?? Runner(),
        Defaults = defaults ?? Defaults(),
        Numbers = new JobNumbers(0, 0),
    };

    public static JobPlan Plan(PlanRequest request) => Assert.IsType<Compilation.Planned>(JobPlanner.Compile(request)).Plan;

    public static JobVariables Variables(JsonElement input, string name = "variables") => new([.. input.Items(name).Select(Variable)]);

    public static JobVariable Variable(JsonElement variable) => new()
    {
        Key = variable.Text("key"),
        Value = variable.Text("value"),
        Public = variable.Flag("public"),
        Internal = variable.Flag("internal"),
        File = variable.Flag("file"),
        Masked = variable.Flag("masked"),
        Raw = variable.Flag("raw"),
    };

    public static JobVariable Public(string key, string value) => new() { Key = key, Value = value, Public = true };
}
