using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Engine.Stages;
using Gantry.Engine.Tests.Running;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;

namespace Gantry.Engine.Tests.Sources;

/// <summary>A real repository with two commits, and a place on this machine where stage scripts run in a real shell.</summary>
internal sealed class GitBench : IDisposable
{
    private readonly TempFolder _folder = new();

    public string Shell { get; init; } = "bash";
    public string Program { get; init; } = "bash";
    public string Root => _folder.Path;
    public string Remote => Path.Combine(Root, "remote.git");
    public string Project => Path.Combine(Root, "builds/project-7");
    public string Head { get; private set; } = "";
    public JobPayload Payload { get; set; } = JobRunBench.SamplePayload();
    public RunnerSettings Runner { get; set; } = JobRunBench.SampleRunner();
    public bool SharedEnvironment { get; init; } = true;

    public static async Task<GitBench> CreateAsync(string shell = "bash", string program = "bash", bool shared = true)
    {
        var bench = new GitBench { Shell = shell, Program = program, SharedEnvironment = shared };
        await bench.BashAsync("""
            git init -q -b main work && cd work
            git config user.email a@example.com && git config user.name A
            echo one > file && git add file && git commit -qm one
            echo two > file && git add file && git commit -qm two
            git tag v1
            cd .. && git clone -q --bare work remote.git
            git -C remote.git config uploadpack.allowAnySHA1InWant true
            """);
        bench.Head = (await bench.BashAsync("git -C work rev-parse HEAD")).Trim();
        bench.Use(depth: 0);
        return bench;
    }

    public void Use(int depth, string? sha = null) => Payload = Payload with
    {
        GitInfo = Payload.GitInfo with
        {
            RepoUrl = "file://" + Remote,
            Sha = sha ?? Head,
            Depth = depth,
            Refspecs = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"],
        },
    };

    public GitBench With(string key, string value)
    {
        Payload = Payload with { Variables = [.. Payload.Variables, new JobVariable { Key = key, Value = value, Public = true }] };
        return this;
    }

    public Task<(int Code, string Output)> GetSourcesAsync() => StageAsync(new PlannedStage.GetSources());

    public async Task<(int Code, string Output)> StageAsync(PlannedStage stage)
    {
        var script = Assert.IsType<Composition.Script>(StageScripts.Compose(Context(), stage));
        var text = Context().Shell.Render(script.Statements, Context().Options);
        var (code, output) = await ShellHost.RunAsync(Program, text, Root, TestContext.Current.CancellationToken);
        return (code, LogText.Plain(output));
    }

    public StageContext Context() => new()
    {
        Plan = Plan(),
        Shell = ShellList.Find(Shell)!,
        Traits = new ScriptedExecutor(TimeProvider.System).Traits,
        HelperCommand = "/usr/bin/gantry",
        CorrelationId = "0123456789abcdef0123456789abcdef",
        Started = DateTimeOffset.UnixEpoch,
        Time = TimeProvider.System,
    };

    public JobPlan Plan() => Assert.IsType<Compilation.Planned>(JobPlanner.Compile(new PlanRequest
    {
        Payload = Payload,
        Runner = Runner with { BuildsFolder = Path.Combine(Root, "builds"), CacheFolder = Path.Combine(Root, "cache") },
        Defaults = new PlanDefaults
        {
            BuildsFolder = null,
            CacheFolder = null,
            SharedBuildsFolder = false,
            SharedEnvironment = SharedEnvironment,
            CustomBuildDirAllowed = false,
            SafeDirectoryCheckout = false,
            CleanGitConfig = true,
            Shell = Shell,
        },
        Numbers = new JobNumbers(0, 0),
    })).Plan;

    public async Task<string> BashAsync(string script)
    {
        var (code, output) = await ShellHost.RunAsync("bash", "set -e\n" + script, Root, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output);
        return output;
    }

    public string File(string name) => System.IO.File.ReadAllText(Path.Combine(Project, name));

    public bool Exists(string name) => Path.Exists(Path.Combine(Project, name));

    public void Dispose() => _folder.Dispose();
}
