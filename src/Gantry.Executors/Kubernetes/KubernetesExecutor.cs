using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;
using Gantry.Executors.Kubernetes.Running;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Kubernetes;

/// <summary>
/// Jobs in pods of a Kubernetes cluster, one each: a build container and the services. One instance per runner entry's snapshot; it keeps
/// the connections to the cluster.
/// </summary>
public sealed partial class KubernetesExecutor : IExecutor, ISweepingExecutor, IDisposable
{
    private static readonly string[] Shells = ["bash", "sh", "pwsh", "powershell"];

    private readonly KubernetesSettings _settings;
    private readonly KubernetesSurroundings _surroundings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lazy<ClusterClient> _cluster;

    /// <param name="settings">The entry's <c>[runners.kubernetes]</c>.</param>
    /// <param name="buildsFolder">The entry's <c>builds_dir</c>; null for <c>/builds</c>.</param>
    /// <param name="surroundings">What comes from the process.</param>
    /// <param name="agent">What the runner calls itself to the cluster.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the operator.</param>
    public KubernetesExecutor(
        KubernetesSettings settings, string? buildsFolder, KubernetesSurroundings surroundings, string agent, TimeProvider time, ILogger<KubernetesExecutor> logger)
    {
        (_settings, _surroundings, _time, _logger) = (settings, surroundings, time, logger);
        Traits = TraitsFor(PodRecipe.SharesBuilds(settings, buildsFolder ?? ContainerTraits.Builds));
        var retries = RetryRules.Of(settings.RetryLimit, settings.RetryBackoffMax, settings.RetryLimits);
        // What is missing now may be there for the next job.
        _cluster = new Lazy<ClusterClient>(
            () => new ClusterClient(ClusterSearch.Find(settings, surroundings), retries, agent, time), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Traits before there is an entry.</summary>
    public static ExecutorTraits KindTraits { get; } = TraitsFor(shared: false);

    public string Name => "kubernetes";

    public ExecutorTraits Traits { get; }

    public async Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        Check(request.Plan.Shell);
        var preparation = PreparationOf(request, log);
        try
        {
            return await preparation.RunAsync(cancellationToken);
        }
        catch (Exception e)
        {
            await LeaveAsync(preparation);
            if (e is ClusterException { Status: var status } refused)
            {
                throw status is 400 or 401 or 403 or 422
                    ? EnvironmentException.Misconfigured($"the cluster refuses: {refused.Message}")
                    : EnvironmentException.Broken(refused.Message, refused);
            }

            throw;
        }
    }

    public async Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken)
    {
        if (handle.Values.TryGetValue("namespace", out var space) && handle.Values.TryGetValue("pod", out var pod) && pod.Length > 0)
        {
            using var silence = new SilentLog();
            var preparation = PreparationOf(request, silence);
            try
            {
                var reopening = await preparation.ReopenAsync(space, pod, cancellationToken);
                if (reopening is Reopening.Lost)
                {
                    await LeaveAsync(preparation);
                }

                return reopening;
            }
            catch (ClusterException e)
            {
                preparation.OwnClient?.Dispose();
                throw EnvironmentException.Broken(e.Message, e);
            }
        }

        return new Reopening.Lost("");
    }

    /// <summary>Tries the cluster, for <c>gantry doctor</c>.</summary>
    /// <returns>What is there.</returns>
    /// <exception cref="EnvironmentException">Jobs could not run, and why.</exception>
    public async Task<string> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var version = await _cluster.Value.GetAsync("/version", cancellationToken);
            var space = _settings.EffectiveNamespace;
            await _cluster.Value.GetAsync($"/api/v1/namespaces/{Uri.EscapeDataString(space)}/pods?limit=1", cancellationToken);
            return $"{_cluster.Value.Address.Server.Authority} answers: Kubernetes {version.Text("gitVersion")}, namespace {space}";
        }
        catch (ClusterException e)
        {
            throw EnvironmentException.Broken($"{e.Message} (cluster {_cluster.Value.Address})", e);
        }
    }

    /// <inheritdoc/>
    public async Task<int> SweepAsync(IReadOnlySet<long> keep, CancellationToken cancellationToken)
    {
        if (_surroundings.OwnerId.Length == 0)
        {
            return 0;
        }

        try
        {
            return await new PodSweep(_cluster.Value, _settings, _surroundings).RunAsync(keep, cancellationToken);
        }
        catch (Exception e) when (e is ClusterException or EnvironmentException)
        {
            Log.NotSwept(_logger, e.Message);
            return 0;
        }
    }

    public void Dispose()
    {
        if (_cluster.IsValueCreated)
        {
            _cluster.Value.Dispose();
        }
    }

    private Preparation PreparationOf(EnvironmentRequest request, IJobLog log) => new(request, _settings, _surroundings)
    {
        Log = log,
        Time = _time,
        Logger = _logger,
        Cluster = () => _cluster.Value,
        ClusterAs = token => _cluster.Value.As(token),
    };

    private async Task LeaveAsync(Preparation preparation)
    {
        using var budget = new CancellationTokenSource(_settings.EffectiveCleanupTimeout, _time);
        foreach (var problem in preparation.Place is { } place ? await place.RemoveAllAsync(budget.Token) : [])
        {
            Log.NotRemoved(_logger, problem);
        }

        preparation.OwnClient?.Dispose();
    }

    private static void Check(string shell)
    {
        if (!Shells.Contains(shell))
        {
            throw EnvironmentException.Misconfigured(
                string.Create(CultureInfo.InvariantCulture, $"kubernetes doesn't support shells that require script file: set `shell` of the runner to one of {string.Join(", ", Shells)} instead of {shell}"));
        }
    }

    private static ExecutorTraits TraitsFor(bool shared) => ContainerTraits.Of(shared) with
    {
        Features = ContainerTraits.Features with { Artifacts = true, Cache = true, FallbackCacheKeys = true },
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "kubernetes: pods of an earlier process were not looked for: {Why}")]
        public static partial void NotSwept(ILogger logger, string why);

        [LoggerMessage(LogLevel.Warning, "kubernetes: Error cleaning up {Problem}")]
        public static partial void NotRemoved(ILogger logger, string problem);
    }
}
