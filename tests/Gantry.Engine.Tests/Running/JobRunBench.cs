using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Engine.Tests.Running;

/// <summary>A job with everything around it replaced: clock, place, server. The clock moves by itself while the job waits.</summary>
internal sealed class JobRunBench : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("gantry-run-").FullName;

    public JobRunBench()
    {
        Executor = new ScriptedExecutor(Time);
        Lifetime = new JobLifetime(Time);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 8, 22, 10, 11, 12, TimeSpan.Zero));
    public ScriptedExecutor Executor { get; init; }
    public ScriptedJobLink Link { get; } = new();
    public JobLifetime Lifetime { get; }
    public RunnerSettings Runner { get; set; } = SampleRunner();
    public JobPayload Payload { get; set; } = SamplePayload();
    public string Root => _root;
    public string Folder => Path.Combine(_root, "jobs");
    public ISecretResolver? Secrets { get; set; }
    public ICacheStorage? CacheStorage { get; set; }
    public JobUpdate Final => Link.Updates[^1];

    /// <summary>The log without time stamps, colours and section markers.</summary>
    public string Log => LogText.Plain(Link.Trace);

    public static RunnerSettings SampleRunner() => new()
    {
        Name = "bench",
        Url = "https://gitlab.example.com",
        Token = new Secret("glrt-t1_abcdefghijk"),
        ShortToken = "abcdefghi",
        SystemId = "s_0123456789ab",
        Executor = "scripted",
        HostName = "runner-host",
        ExecutablePath = "/usr/bin/gantry",
        Version = new ProductVersion("gantry", "1.2.3", "abc1234", "linux", "amd64"),
    };

    public static JobPayload SamplePayload() => new()
    {
        Id = 42,
        Token = "glcbt-secrettoken",
        AllowGitFetch = true,
        JobInfo = new JobIdentity { Name = "test", Stage = "test", ProjectId = 7, ProjectName = "project" },
        GitInfo = new GitReference
        {
            RepoUrl = "https://gitlab-ci-token:glcbt-secrettoken@gitlab.example.com/group/project.git",
            Ref = "main",
            Sha = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d",
            RefType = "branch",
            Refspecs = ["+refs/heads/main:refs/remotes/origin/main"],
            Depth = 20,
        },
        RunnerInfo = new RunnerLimits { Timeout = 3600 },
        Variables =
        [
            new JobVariable { Key = "CI_JOB_TOKEN", Value = "glcbt-secrettoken", Masked = true },
            new JobVariable { Key = "CI_PROJECT_PATH", Value = "group/project", Public = true },
        ],
        Steps = [new JobStep { Name = "script", Script = ["echo hello"] }],
        Features = new ServerFeatures { TraceSections = true, FailureReasons = ["runner_configuration_error", "runner_interrupted", "job_canceled"] },
    };

    /// <summary>Says what happens in a stage; see <see cref="ScriptedExecutor"/>.</summary>
    public JobRunBench On(string stage, string acts) => With("ON_" + stage, acts);

    public JobRunBench With(string key, string value)
    {
        Payload = Payload with { Variables = [.. Payload.Variables, new JobVariable { Key = key, Value = value, Public = true, Raw = true }] };
        return this;
    }

    public JobRunBench AfterScript(params string[] lines)
    {
        Payload = Payload with { Steps = [.. Payload.Steps, new JobStep { Name = "after_script", Script = lines, When = "always" }] };
        return this;
    }

    public JobRunBench Artifacts()
    {
        Payload = Payload with { Artifacts = [new JobArtifact { Paths = ["out"], When = "always" }] };
        return this;
    }

    public async Task<JobVerdict> RunAsync()
    {
        var assignment = new JobAssignment
        {
            Payload = Payload,
            Runner = Runner,
            Executor = Executor,
            Link = Link,
            Numbers = new JobNumbers(0, 0),
            JournalRoot = Folder,
            Secrets = Secrets,
            CacheStorage = CacheStorage,
            CorrelationId = "0123456789abcdef0123456789abcdef",
        };
        var run = new JobRun(assignment, Lifetime, Time, NullLogger.Instance).RunAsync(TestContext.Current.CancellationToken);
        while (!run.IsCompleted)
        {
            // Everything that waits, waits on this clock; a short real pause lets continuations run.
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken));
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        return await run;
    }

    public void Dispose()
    {
        Lifetime.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
