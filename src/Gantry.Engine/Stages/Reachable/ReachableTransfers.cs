using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Stages.Reachable;

/// <summary>
/// Artifacts and caches by the runner, with the words and the order of the stage scripts (official-job-protocol §7).
/// </summary>
internal sealed class ReachableTransfers(StageContext context, IJobEnvironment environment, IReachableFiles files, IJobLog log)
{
    private const string LeftVariables = "gitlab_runner_env";

    private readonly IFileTransfers _transfers = context.Transfers!.Transfers;

    public async Task<StageOutcome> UploadAsync(PlannedStage.UploadArtifacts stage, CancellationToken cancellationToken)
    {
        var scene = await SceneAsync(cancellationToken);
        foreach (var artifact in stage.Entries)
        {
            log.Info("Uploading artifacts...");
            if (!await _transfers.UploadAsync(scene, artifact, cancellationToken))
            {
                return Failed;
            }
        }

        return StageOutcome.Success;
    }

    public async Task<StageOutcome> DownloadAsync(PlannedStage.DownloadArtifacts stage, CancellationToken cancellationToken)
    {
        var scene = await SceneAsync(cancellationToken);
        foreach (var producer in stage.Dependencies)
        {
            log.Info($"Downloading artifacts for {producer.Name} ({producer.Id})...");
            if (!await _transfers.DownloadAsync(scene, producer, cancellationToken))
            {
                return Failed;
            }
        }

        return StageOutcome.Success;
    }

    public async Task<StageOutcome> RestoreAsync(PlannedStage.RestoreCache stage, CancellationToken cancellationToken)
    {
        var scene = await SceneAsync(cancellationToken);
        foreach (var entry in stage.Entries)
        {
            if (entry.Policy == CachePolicy.Push)
            {
                log.Info($"Not downloading cache {entry.HumanKey} due to policy");
                continue;
            }

            for (var lost = 0; lost < entry.LostKeys; lost++)
            {
                log.Info("Skipping cache extraction due to empty cache key");
            }

            await RestoreAsync(scene, entry, cancellationToken);
        }

        return StageOutcome.Success;
    }

    public async Task<StageOutcome> SaveAsync(PlannedStage.ArchiveCache stage, CancellationToken cancellationToken)
    {
        var scene = await SceneAsync(cancellationToken);
        foreach (var entry in stage.Entries)
        {
            if (entry.Policy == CachePolicy.Pull)
            {
                log.Info($"Not uploading cache {entry.HumanKey} due to policy");
            }
            else if (entry.Own is not { } place)
            {
                log.Info("Skipping cache archiving due to empty cache key");
            }
            else
            {
                log.Info($"Creating cache {place.HumanKey}...");
                if (await _transfers.SaveCacheAsync(scene, entry, cancellationToken))
                {
                    log.Info("Created cache");
                }
                else
                {
                    log.Warning("Failed to create cache");
                }
            }
        }

        return StageOutcome.Success;
    }

    private static StageOutcome.Failed Failed => new(FailureReason.ScriptFailure, "exit code 1", 1);

    private async Task RestoreAsync(TransferScene scene, PlannedCache entry, CancellationToken cancellationToken)
    {
        foreach (var candidate in entry.Candidates)
        {
            log.Info($"Checking cache for {candidate.HumanKey}...");
            if (await _transfers.RestoreCacheAsync(scene, entry, candidate, cancellationToken))
            {
                log.Info("Successfully extracted cache");
                return;
            }

            log.Warning("Failed to extract cache");
            if (context.Plan.Flags[KnownFlags.CleanFailedCache])
            {
                await RemoveAsync(entry.Paths, cancellationToken);
            }
        }

        if (entry.Candidates.Count > 0)
        {
            log.Line($"Cache {entry.HumanKey}: miss");
        }
    }

    /// <summary>Inside the place: only there its links mean what they mean.</summary>
    private async Task RemoveAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var script = context.NewScript().ChangeFolder(context.Plan.Folders.Project);
        foreach (var path in paths)
        {
            script.Print($"Removing {path}").RemoveFolder(path);
        }

        var text = context.Shell.Render(script.Statements, context.Options);
        await environment.RunAsync(new StageScript("restore_cache", text, StagePlace.Helper), log, cancellationToken);
    }

    private async Task<TransferScene> SceneAsync(CancellationToken cancellationToken) => new()
    {
        Plan = context.Plan,
        Workspace = files,
        Link = context.Transfers!.Link,
        Log = log,
        Folder = context.Transfers.Folder,
        Environment = await EnvironmentAsync(cancellationToken),
        RemoteCaches = context.RemoteCaches,
        Untracked = (view, token) => new ReachableUntracked(context, environment, log).ReadAsync(view, token),
    };

    /// <summary>The job's variables, and what its scripts left for later stages.</summary>
    private async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(CancellationToken cancellationToken)
    {
        var variables = context.Variables;
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JobVariable variable in variables.Distinct().All)
        {
            environment[variable.Key] = variables.Get(variable.Key);
        }

        await using var view = await files.OpenAsync(context.Plan.Folders.Temporary, [LeftVariables], cancellationToken);
        var file = new FileInfo(Path.Combine(view.Path, LeftVariables));
        if (file is { Exists: true, LinkTarget: null })
        {
            foreach (var line in await File.ReadAllLinesAsync(file.FullName, cancellationToken))
            {
                var at = line.IndexOf('=', StringComparison.Ordinal);
                if (at > 0)
                {
                    environment[line[..at]] = line[(at + 1)..];
                }
            }
        }

        return environment;
    }
}
