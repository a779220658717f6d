using System.Globalization;
using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Executors.Docker;
using Gantry.Executors.Docker.Containers;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.Docker;

/// <summary>One job on the real engine, with a log and a server that record. Whatever it leaves behind is found by its own label.</summary>
internal sealed class DockerBench : IDisposable
{
    private static long _ids = Random.Shared.NextInt64(1_000_000, 1_000_000_000);

    private readonly TempFolder _folder = new();
    private DockerExecutor? _executor;

    public string Owner { get; } = "test-" + Guid.NewGuid().ToString("n");
    public DockerSettings Settings { get; set; } = new() { PullPolicy = ["never"] };
    public TimeProvider Time { get; set; } = TimeProvider.System;
    public Func<DockerSurroundings, DockerSurroundings> Surroundings { get; set; } = given => given;
    public RecordingJobLog Log { get; } = new();
    public ScriptedJobLink Link { get; } = new();
    public RunnerSettings Runner { get; set; } = SampleRunner();
    public JobPayload Payload { get; set; } = SamplePayload();
    public string Folder => _folder.Path;

    public DockerExecutor Executor => _executor ??= OfProcess("first");

    /// <summary>The same runner's executor in another process.</summary>
    public DockerExecutor OfProcess(string process) => OfProcess(process, Settings);

    public DockerExecutor OfProcess(string process, DockerSettings settings, IEngineTunnel? tunnel = null) => new(
        settings, Runner.BuildsFolder,
        Surroundings(new DockerSurroundings { OwnerId = Owner, ProcessId = process, HomeFolder = Folder, StateFolder = Path.Combine(Folder, "state") }), Time, NullLogger.Instance, tunnel);

    /// <summary>From now on jobs run in another process of the same runner.</summary>
    public void ExchangeProcess(string process)
    {
        _executor?.Dispose();
        _executor = OfProcess(process);
    }

    public static RunnerSettings SampleRunner() => new()
    {
        Name = "bench",
        Url = "https://gitlab.example.com",
        Token = new Secret("glrt-t1_" + Guid.NewGuid().ToString("n")),
        ShortToken = Guid.NewGuid().ToString("n")[..9],
        SystemId = "s_0123456789ab",
        Executor = "docker",
        HostName = "runner-host",
        ExecutablePath = "/usr/bin/gantry",
        Version = new ProductVersion("gantry", "1.2.3", "abc1234", "linux", "amd64"),
    };

    public static JobPayload SamplePayload() => new()
    {
        Id = Interlocked.Increment(ref _ids),
        Token = "glcbt-secrettoken",
        AllowGitFetch = true,
        JobInfo = new JobIdentity { Name = "test", Stage = "test", ProjectId = 7, ProjectName = "project", PipelineId = 77 },
        GitInfo = new GitReference
        {
            RepoUrl = "https://gitlab-ci-token:glcbt-secrettoken@gitlab.example.com/group/project.git",
            Ref = "main",
            Sha = "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d",
            RefType = "branch",
            Depth = 20,
        },
        RunnerInfo = new RunnerLimits { Timeout = 3600 },
        Variables =
        [
            new JobVariable { Key = "CI_PROJECT_PATH", Value = "group/project", Public = true },
            new JobVariable { Key = "GIT_STRATEGY", Value = "none", Public = true },
        ],
        Image = new JobImage { Name = LiveEngine.Busybox },
        Steps = [new JobStep { Name = "script", Script = ["echo hello"] }],
        Features = new ServerFeatures { TraceSections = true, FailureReasons = ["runner_configuration_error", "runner_interrupted", "job_canceled"] },
    };

    public DockerBench With(string key, string value, bool isPublic = true)
    {
        Payload = Payload with { Variables = [.. Payload.Variables, new JobVariable { Key = key, Value = value, Public = isPublic }] };
        return this;
    }

    public DockerBench Image(string name)
    {
        Payload = Payload with { Image = (Payload.Image ?? new JobImage()) with { Name = name } };
        return this;
    }

    public DockerBench Service(string name, string? alias = null)
    {
        Payload = Payload with { Services = [.. Payload.Services, new JobImage { Name = name, Alias = alias }] };
        return this;
    }

    /// <summary>The job has sources, from this repository.</summary>
    public DockerBench Sources(SampleRepository repository)
    {
        Payload = Payload with { Variables = [.. Payload.Variables.Where(variable => variable.Key != "GIT_STRATEGY")], GitInfo = repository.Reference };
        return this;
    }

    public DockerBench Script(params string[] lines)
    {
        Payload = Payload with { Steps = [new JobStep { Name = "script", Script = lines }] };
        return this;
    }

    public JobPlan Plan()
    {
        var compiled = JobPlanner.Compile(PlanRequests.Of(Payload, Runner, Executor.Traits, new JobNumbers(0, 0)));
        return Assert.IsType<Compilation.Planned>(compiled).Plan;
    }

    public Task<IJobEnvironment> PrepareAsync(CancellationToken token) =>
        Executor.PrepareAsync(new EnvironmentRequest { Plan = Plan(), JobFolder = Folder }, Log, token);

    /// <summary>One script in the build container.</summary>
    public static StageScript Build(string text, string stage = "step_script") => new(stage, text, StagePlace.Build);

    /// <summary>The whole job, as the runner's supervisor does it.</summary>
    public async Task<JobVerdict> RunJobAsync(CancellationToken token, JobLifetime? lifetime = null)
    {
        using var own = new JobLifetime(Time);
        return await new JobRun(new JobAssignment
        {
            Payload = Payload,
            Runner = Runner,
            Executor = Executor,
            Link = Link,
            Numbers = new JobNumbers(0, 0),
            JournalRoot = Path.Combine(Folder, "jobs"),
        }, lifetime ?? own, Time, NullLogger.Instance).RunAsync(token);
    }

    /// <summary>Everything on the engine that this bench made and that should not outlive a job.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(Gantry.Executors.Docker.Api.EngineClient engine, CancellationToken token)
    {
        string[] mine = [$"{JobLabels.Owner}={Owner}"];
        var containers = await engine.Containers.ListAsync(mine, token);
        var volumes = (await engine.Volumes.ListAsync(mine, token)).Where(v => v.Labels.GetValueOrDefault(JobLabels.Life) == "job");
        var networks = await engine.Networks.ListAsync(mine, token);
        return [.. containers.Select(c => "container " + c.Names[0]), .. volumes.Select(v => "volume " + v.Name), .. networks.Select(n => "network " + n.Name)];
    }

    /// <summary>Removes reusable volumes of this bench too.</summary>
    public async Task ForgetVolumesAsync(Gantry.Executors.Docker.Api.EngineClient engine, CancellationToken token)
    {
        foreach (var volume in await engine.Volumes.ListAsync([$"{JobLabels.Owner}={Owner}"], token))
        {
            await engine.Volumes.RemoveAsync(volume.Name, token);
        }
    }

    /// <summary>A command of root's beside what runs in a container.</summary>
    public async Task ExecAsync(Gantry.Executors.Docker.Api.EngineClient engine, string container, string command, CancellationToken token)
    {
        var exec = await engine.Containers.CreateExecAsync(
            container, new Gantry.Executors.Docker.Api.ExecSpec { Cmd = ["sh", "-c", command], User = "0", AttachStdout = true }, token);
        await using var stream = await engine.Containers.StartExecAsync(exec, terminal: false, token);
        await stream.CopyToAsync(Stream.Null, token);
    }

    public string JobLabel => Payload.Id.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _executor?.Dispose();
        _folder.Dispose();
    }
}
