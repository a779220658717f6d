using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Executors.Kubernetes;
using Gantry.Executors.Tests.Docker;
using Gantry.Executors.Tests.Shell;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Transfers;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Kubernetes;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gantry.Executors.Tests.Kubernetes;

/// <summary>Jobs in pods of a cluster that is the test's own.</summary>
internal sealed class KubernetesBench : IAsyncDisposable
{
    private static long _ids = Random.Shared.NextInt64(1_000_000, 1_000_000_000);

    private readonly List<KubernetesExecutor> _executors = [];

    private KubernetesBench(FakeCluster cluster)
    {
        Cluster = cluster;
        Settings = new KubernetesSettings { Host = cluster.Url, BearerToken = new Secret(FakeCluster.Token), Namespace = "ci", PollInterval = 1 };
        // Names of containers must be nobody else's.
        Jobs.Runner = Jobs.Runner with { Executor = "kubernetes", ShortToken = Guid.NewGuid().ToString("n")[..9] };
        Jobs.Payload = Jobs.Payload with
        {
            Id = Interlocked.Increment(ref _ids),
            Image = new JobImage { Name = LiveEngine.Busybox },
            Features = new ServerFeatures { TraceSections = true, FailureReasons = ["runner_configuration_error", "image_pull_failure", "job_canceled"] },
        };
        Jobs.Transfers = new JobTransfers(_ => NullLogger.Instance, TimeProvider.System);
    }

    public FakeCluster Cluster { get; }

    public ShellBench Jobs { get; } = new();

    public KubernetesSettings Settings { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>What the process finds around itself.</summary>
    public Func<KubernetesSurroundings, KubernetesSurroundings> Surroundings { get; set; } = given => given;

    public RecordingJobLog Log { get; } = new();

    public RecordingLogger<KubernetesExecutor> Operator { get; } = new();

    public static async Task<KubernetesBench> StartAsync(FakeCluster? cluster = null) => new(cluster ?? await FakeCluster.StartAsync());

    /// <summary>The runner's executor, of one of its processes.</summary>
    public KubernetesExecutor OfProcess(string process)
    {
        var surroundings = Surroundings(
            new KubernetesSurroundings { OwnerId = "owner", ProcessId = process, StateFolder = Path.Combine(Jobs.Folder, "sources"), HomeFolder = Jobs.Folder });
        var executor = new KubernetesExecutor(Settings, Jobs.Runner.BuildsFolder, surroundings, "gantry/1.2.3", Time, Operator);
        _executors.Add(executor);
        return executor;
    }

    public Task<Engine.Running.JobVerdict> RunAsync(CancellationToken token, Action<Engine.Running.JobLifetime>? started = null)
    {
        Jobs.Executor = OfProcess("first");
        return Jobs.RunAsync(token, started: started);
    }

    public Task<IJobEnvironment> PrepareAsync(CancellationToken token)
    {
        var executor = OfProcess("first");
        return executor.PrepareAsync(Jobs.Request(executor.Traits), Log, token);
    }

    public Task<ScriptExit> ScriptAsync(IJobEnvironment place, string text, CancellationToken token) =>
        place.RunAsync(new StageScript("step_script", text + "\n", StagePlace.Build), Log, token);

    public async ValueTask DisposeAsync()
    {
        _executors.ForEach(executor => executor.Dispose());
        await Cluster.DisposeAsync();
        Jobs.Dispose();
    }
}
