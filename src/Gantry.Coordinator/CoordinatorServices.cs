using Gantry.Coordinator.Access;
using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Git.Import;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Traces;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator;

/// <summary>Everything that the rooms of a running coordinator share; put together by hand in <see cref="CoordinatorHost"/>.</summary>
internal sealed record CoordinatorServices
{
    public required CoordinatorSettings Settings { get; init; }
    public required TimeProvider Clock { get; init; }
    public required ServerAddress Address { get; init; }
    public required Database Database { get; init; }
    public required ChangeFeed Changes { get; init; }
    public required TraceStore Traces { get; init; }
    public required ArtifactFiles Artifacts { get; init; }
    public required CacheFiles Caches { get; init; }
    public required Repositories Repositories { get; init; }
    public required Authentication Authentication { get; init; }

    public required SignIn SignIn { get; init; }
    public required PushHandler Pushes { get; init; }
    public required Committing Committing { get; init; }
    public required RepositoryImport Imports { get; init; }
    public required ScheduleRunner Schedules { get; init; }

    /// <summary>Signs the id tokens of jobs.</summary>
    public required SigningKey SigningKey { get; init; }
    public required QueueSignal Signal { get; init; }
    public required JobQueue Queue { get; init; }
    public required RunnerHeartbeats Heartbeats { get; init; }
    public required JobLifecycle Lifecycle { get; init; }
    public required JobActions Actions { get; init; }
    public required PipelineCreator Creator { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public RepositoryReader Repository(long projectId) => new(Repositories, projectId);

    /// <summary>
    /// Fills a new project from another repository; when that fails the project is removed again and the error, in git's words,
    /// goes to whoever asked.
    /// </summary>
    public async Task ImportAsync(ProjectRow project, string source, CancellationToken cancellation)
    {
        var complete = false;
        try
        {
            var branch = await Imports.FetchAsync(project.Id, source, cancellation);
            if (branch is not null && branch != project.DefaultBranch)
            {
                await Repositories.SetDefaultBranchAsync(project.Id, branch, cancellation);
                await Database.WriteAsync(
                    session =>
                    {
                        session.Projects.Update(project with { DefaultBranch = branch });
                        session.Projects.Unprotect(project.Id, "branch", project.DefaultBranch);
                        session.Projects.Protect(project.Id, "branch", branch, AccessLevel.Maintainer);
                    },
                    cancellation);
            }

            complete = true;
        }
        catch (GitException error)
        {
            throw ApiException.Refused("import_url", error.Message);
        }
        finally
        {
            if (!complete)
            {
                await Database.WriteAsync(session => session.Projects.Delete(project.Id), CancellationToken.None);
                Repositories.Delete(project.Id);
            }
        }
    }

    /// <summary>Removes what a finished job left: its log and every artifact.</summary>
    public async Task EraseAsync(JobRow job, CancellationToken cancellation)
    {
        await DropArtifactsAsync(job, cancellation);
        await Traces.DeleteAsync(job.Id, cancellation);
        var now = Clock.GetUtcNow();
        await Database.WriteAsync(
            session =>
            {
                session.Reports.Delete(job.Id);
                session.Jobs.Update((session.Jobs.Find(job.Id) ?? job) with { ErasedAt = now, UpdatedAt = now, ArtifactsExpireAt = null });
            },
            cancellation);
    }

    public async Task DropArtifactsAsync(JobRow job, CancellationToken cancellation)
    {
        var files = await Database.WriteAsync(
            session =>
            {
                var found = session.Artifacts.OfJob(job.Id);
                foreach (var file in found)
                {
                    session.Artifacts.Delete(file.Id);
                }

                return found;
            },
            cancellation);
        foreach (var file in files)
        {
            Artifacts.Delete(file);
        }
    }
}
