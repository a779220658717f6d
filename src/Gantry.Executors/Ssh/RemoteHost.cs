using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Ssh;

/// <summary>The machine of one job as seen by ssh: the operator's, which stays, or one that an executor has made ready for the job.</summary>
internal sealed record RemoteHost
{
    /// <summary>The name used in <c>config.toml</c>.</summary>
    public required string Executor { get; init; }

    public required ExecutorTraits Traits { get; init; }

    public required SshSettings Settings { get; init; }

    /// <summary>How the executor finds the machine again.</summary>
    public IReadOnlyDictionary<string, string> Handle { get; init; } = new Dictionary<string, string>();

    /// <summary>Is left with the job, and with it every process. Null: the machine stays, so the processes are ended one by one.</summary>
    public IAsyncDisposable? Machine { get; init; }

    /// <summary>Somebody else starts the services of jobs.</summary>
    public bool ServicesAreElsewhere { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>
    /// Makes the job's place over an open connection. Connection and machine belong to the place from now on, and are left when there
    /// will be none.
    /// </summary>
    /// <exception cref="EnvironmentException">The connection broke, there is no such shell, or the folders cannot be used.</exception>
    public async Task<IJobEnvironment> EnterAsync(SshConnection connection, EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        var place = new SshEnvironment(connection, this, request);
        try
        {
            var runner = request.Plan.Runner;
            var probe = await RemoteProbe.RunAsync(connection, request.Plan.Shell, Time, cancellationToken);
            place.Adopt(new PlaceAnswers
            {
                BuildsFolder = Below(probe.Folder, "builds_dir", runner.BuildsFolder ?? Traits.DefaultBuildsFolder!),
                CacheFolder = Below(probe.Folder, "cache_dir", runner.CacheFolder ?? Traits.DefaultCacheFolder!),
            });
            Warn(place.Plan, probe, connection.Name, log);
            return probe.HasTar ? new ReachableSsh(place, request.JobFolder) : place;
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    private static string Below(string home, string key, string folder) => folder switch
    {
        ['~' or '$', ..] => throw EnvironmentException.Misconfigured(
            $"{key} = \"{folder}\" of the runner: write it absolute, or relative to the home of the ssh user, without ~ and $"),
        _ => GuestPath.IsAbsolute(folder) ? folder : GuestPath.Join(home, folder),
    };

    private void Warn(JobPlan plan, RemoteProbe probe, string host, IJobLog log)
    {
        if (plan.Services.Count > 0 && !ServicesAreElsewhere)
        {
            log.Warning($"the {Executor} executor has no services: those of this job are not started");
        }

        if (!probe.HasTar && plan.Stages.Any(stage =>
            stage is PlannedStage.RestoreCache or PlannedStage.DownloadArtifacts or PlannedStage.ArchiveCache or PlannedStage.UploadArtifacts))
        {
            log.Warning($"there is no tar on {host}: caches and artifacts cannot be moved. Install it there");
        }
    }
}
