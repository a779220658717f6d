using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Kubernetes.Api;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>The place of one job: its pod.</summary>
internal sealed partial class KubernetesEnvironment(PodPlace place, JobPlan plan, PodScripts scripts, PodServices services, PodEvents events)
    : IJobEnvironment, ITerminalPlace
{
    public required ILogger Logger { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Goes with the job; null: the runner's is used.</summary>
    public ClusterClient? OwnClient { get; init; }

    public EnvironmentHandle Handle { get; } = new("kubernetes", new Dictionary<string, string> { ["namespace"] = place.Namespace, ["pod"] = place.Pod });

    /// <summary>None is needed where files can be reached (<see cref="ReachablePod"/>).</summary>
    public string? HelperCommand => null;

    public PodPlace Place => place;

    public PodScripts Scripts => scripts;

    public async Task<ScriptExit> RunAsync(StageScript script, IJobLog log, CancellationToken cancellationToken)
    {
        try
        {
            var exit = await scripts.RunAsync(script, log, cancellationToken);
            if (exit.Code != 0 && script.Place == StagePlace.Build)
            {
                await services.ReportAsync(log, cancellationToken);
                if (exit.Evidence is not null)
                {
                    await events.WarnAsync(log, cancellationToken);
                }
            }

            return exit;
        }
        catch (EnvironmentException)
        {
            await events.WarnAsync(log, cancellationToken);
            throw;
        }
    }

    public async Task<ITerminalShell> OpenTerminalAsync(CancellationToken cancellationToken) =>
        await PodTerminal.OpenAsync(place.Cluster, scripts.Command, plan.Folders.Project, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Its own clock: nothing that happened to the job may keep its things alive.
        using var budget = new CancellationTokenSource(place.Settings.EffectiveCleanupTimeout, Time);
        await services.DisposeAsync();
        if (plan.Flags["FF_PRINT_POD_EVENTS"])
        {
            await events.ListAsync(budget.Token);
        }

        await scripts.DisposeAsync();
        foreach (var problem in await place.RemoveAllAsync(budget.Token))
        {
            Log.NotRemoved(Logger, plan.Payload.Id, problem);
        }

        OwnClient?.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {job}: Error cleaning up {problem}")]
        public static partial void NotRemoved(ILogger logger, long job, string problem);
    }
}
