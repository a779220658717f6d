using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Stages.Reachable;

/// <summary>
/// Predefined stages as work of the runner's own process, for places that it can reach into. Title and section are the caller's.
/// </summary>
internal static class ReachableStages
{
    /// <summary>Null when this stage, or what the job asks of it, is for a script inside the place.</summary>
    public static Func<CancellationToken, Task<StageOutcome>>? Find(StageContext context, PlannedStage stage, IJobEnvironment environment, IJobLog log)
    {
        if (environment is IReachableFiles files && context.Transfers is not null
            && Transfer(new ReachableTransfers(context, environment, files, log), stage) is { } transfer)
        {
            return transfer;
        }

        if (environment is not IReachableWorkspace workspace)
        {
            return null;
        }

        return stage switch
        {
            PlannedStage.PrepareScript => _ => Task.FromResult(Prepare(context, workspace, log)),
            PlannedStage.GetSources when ReachableSources.Fits(context) =>
                token => new ReachableSources(context, environment, workspace, log).RunAsync(token),
            PlannedStage.ClearWorktree => async token =>
            {
                await workspace.ClearAsync(context.Plan.Folders.Project, log, token);
                return StageOutcome.Success;
            }
            ,
            // The place goes as a whole; there is nothing to clean in it.
            PlannedStage.Cleanup => _ => Task.FromResult(StageOutcome.Success),
            _ => null,
        };
    }

    private static Func<CancellationToken, Task<StageOutcome>>? Transfer(ReachableTransfers transfers, PlannedStage stage) => stage switch
    {
        PlannedStage.RestoreCache restore => token => transfers.RestoreAsync(restore, token),
        PlannedStage.DownloadArtifacts download => token => transfers.DownloadAsync(download, token),
        PlannedStage.ArchiveCache archive => token => transfers.SaveAsync(archive, token),
        PlannedStage.UploadArtifacts upload => token => transfers.UploadAsync(upload, token),
        _ => null,
    };

    private static StageOutcome Prepare(StageContext context, IReachableWorkspace workspace, IJobLog log)
    {
        log.Line($"Running on {workspace.HostName} via {context.Plan.Runner.HostName}...");
        return StageOutcome.Success;
    }
}
