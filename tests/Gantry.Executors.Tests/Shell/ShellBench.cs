using System.Text.RegularExpressions;
using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Engine.Stages;
using Gantry.Executors.Shell;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.Shell;

/// <summary>Whole jobs of the shell executor in a folder of their own, with a server that records.</summary>
internal sealed partial class ShellBench : IDisposable
{
    private readonly TempFolder _folder = new();

    public ScriptedJobLink Link { get; } = new();

    public string Folder => _folder.Path;

    /// <summary>Null: the shell executor.</summary>
    public IExecutor? Executor { get; set; }

    /// <summary>Null: caches and artifacts are for scripts.</summary>
    public IFileTransfers? Transfers { get; set; }

    public RunnerSettings Runner { get; set; } = new()
    {
        Name = "bench",
        Url = "https://gitlab.example.com",
        Token = new Secret("glrt-t1_abcdefghijk"),
        ShortToken = "abcdefghi",
        SystemId = "s_0123456789ab",
        Executor = "shell",
        HostName = "runner-host",
        ExecutablePath = "/nonexistent/gantry",
        Version = new ProductVersion("gantry", "1.2.3", "abc1234", "linux", "amd64"),
    };

    public JobPayload Payload { get; set; } = new()
    {
        Id = 42,
        Token = "glcbt-secrettoken",
        AllowGitFetch = true,
        JobInfo = new JobIdentity { Name = "test", Stage = "test", ProjectId = 7, ProjectName = "project" },
        GitInfo = new GitReference { RepoUrl = "https://gitlab.example.com/group/project.git", Ref = "main", Sha = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d" },
        RunnerInfo = new RunnerLimits { Timeout = 3600 },
        Variables = [new JobVariable { Key = "GIT_STRATEGY", Value = "none", Public = true }],
        Features = new ServerFeatures { TraceSections = true },
    };

    /// <summary>Without time stamps, colours and section markers.</summary>
    public string Log => Marker().Replace(Colour().Replace(Stamp().Replace(Link.Trace, ""), ""), "");

    public ShellBench With(string key, string value, bool file = false)
    {
        Payload = Payload with { Variables = [.. Payload.Variables, new JobVariable { Key = key, Value = value, Public = true, Raw = true, File = file }] };
        return this;
    }

    public ShellBench Step(string name, params string[] script)
    {
        Payload = Payload with { Steps = [.. Payload.Steps, new JobStep { Name = name, Script = script }] };
        return this;
    }

    public async Task<JobVerdict> RunAsync(CancellationToken token, IJobSession? session = null, Action<JobLifetime>? started = null)
    {
        using var lifetime = new JobLifetime(TimeProvider.System);
        started?.Invoke(lifetime);
        return await new JobRun(
            new JobAssignment
            {
                Payload = Payload,
                Runner = Runner,
                Executor = Executor ?? new ShellExecutor("", Folder, TimeProvider.System),
                Link = Link,
                Numbers = new JobNumbers(0, 0),
                JournalRoot = Path.Combine(Folder, "jobs"),
                Session = session,
                Transfers = Transfers,
            },
            lifetime, TimeProvider.System, NullLogger.Instance).RunAsync(token);
    }

    /// <summary>For an executor by itself, as the engine asks it.</summary>
    public EnvironmentRequest Request(ExecutorTraits traits)
    {
        var request = PlanRequests.Of(Payload, Runner, traits, new JobNumbers(0, 0));
        return new EnvironmentRequest
        {
            Plan = Assert.IsType<Compilation.Planned>(JobPlanner.Compile(request)).Plan,
            JobFolder = Directory.CreateDirectory(Path.Combine(Folder, "job")).FullName,
            Replan = answers => JobPlanner.Compile(request.Answered(answers)),
        };
    }

    public void Dispose() => _folder.Dispose();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[\d:.]+Z [0-9a-f]{2}[OE][ +]", RegexOptions.Multiline)]
    private static partial Regex Stamp();

    [GeneratedRegex(@"\e\[\??[0-9;]*[a-zA-Z]")]
    private static partial Regex Colour();

    [GeneratedRegex(@"section_(start|end):\d+:[a-z_]+\r?\n?")]
    private static partial Regex Marker();
}
