using Gantry.Engine;
using Gantry.Engine.Running;
using Gantry.Runner.Links;
using Gantry.Runner.Polling;
using Gantry.Runner.Supervising;
using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Daemon;

/// <summary>
/// The jobs that an earlier process left behind: those whose scripts still run go on; of the others the places go, the logs are
/// completed, the server is told.
/// Beside the polling, so that a server that does not answer keeps no new job waiting.
/// </summary>
internal sealed partial class JournalRecovery(GitLabClients clients, Action<ReceivedJob> goOn, TimeProvider time, ILogger logger)
{
    /// <param name="folders">Listed before the first job request: what is made later belongs to this process.</param>
    /// <param name="generation">Knows the entries and their executors.</param>
    /// <param name="stopping">The process ends: what is not reported stays for the next one.</param>
    public Task RunAsync(IReadOnlyList<string> folders, PollGeneration generation, CancellationToken stopping) =>
        Task.WhenAll(folders.Select(folder => FinishAsync(folder, generation, stopping)));

    /// <summary>Jobs of which nothing may be removed but by this recovery.</summary>
    /// <param name="folders">As for <see cref="RunAsync"/>.</param>
    /// <param name="generation">Knows the entries.</param>
    public static IReadOnlySet<long> JobsOf(IReadOnlyList<string> folders, PollGeneration generation) => folders
        .Select(JobJournal.Open).Where(opened => opened is not null).Select(opened => opened!.Value)
        .Where(opened => opened.Journal.State.Verdict is null && EntryOf(opened.Journal, generation) is not null)
        .Select(opened => opened.Journal.State.JobId).ToHashSet();

    private async Task FinishAsync(string folder, PollGeneration generation, CancellationToken stopping)
    {
        try
        {
            if (Assignment(folder, generation) is { } assignment)
            {
                await new JobRecovery(assignment, time, logger).RunAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The journal stays; the next process goes on.
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Log.Failed(logger, folder, problem.Message);
        }
    }

    /// <summary>Null: no entry of the file is the one the job came to, so nobody may speak for it.</summary>
    private RecoveryAssignment? Assignment(string folder, PollGeneration generation)
    {
        if (JobJournal.Open(folder) is not { } opened)
        {
            // A torn journal has no entry to look for; any will do to have it removed.
            return generation.Executors is [var (any, anyExecutor), ..]
                ? new RecoveryAssignment { Folder = folder, Runner = any.Settings, Executor = anyExecutor, Link = Link(any, anyExecutor, 0, default) }
                : null;
        }

        var (journal, payload) = opened;
        if (EntryOf(journal, generation) is not { Entry: var entry, Executor: var executor })
        {
            Log.Orphan(logger, payload.Id, journal.State.RunnerName);
            return null;
        }

        var link = Link(entry, executor, payload.Id, new Secret(payload.Token));
        return new RecoveryAssignment
        {
            Folder = folder,
            Runner = entry.Settings,
            Executor = executor,
            Link = link,
            GoOn = recovered => goOn(new ReceivedJob
            {
                Payload = payload,
                Runner = entry,
                Executor = executor,
                Link = link,
                CorrelationId = journal.State.CorrelationId ?? "",
                Recovered = recovered,
            }),
        };
    }

    private static (Configuration.RunnerEntry Entry, Engine.Executors.IExecutor Executor)? EntryOf(JobJournal journal, PollGeneration generation)
    {
        foreach (var (entry, executor) in generation.Executors)
        {
            if (entry.Settings.ShortToken == journal.State.RunnerShortToken && entry.Settings.Executor == journal.State.Executor)
            {
                return (entry, executor);
            }
        }

        return null;
    }

    private GitLabJobLink Link(Configuration.RunnerEntry entry, Engine.Executors.IExecutor executor, long jobId, Secret jobToken) => new(
        clients.For(entry.Endpoint), jobId, jobToken, RunnerIdentities.For(entry.Settings.Version, entry.Settings, executor.Traits, entry.Facts), logger);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "job {job} of an earlier process came to the runner \"{runner}\", which is no longer in the file: it is not reported")]
        public static partial void Orphan(ILogger logger, long job, string runner);

        [LoggerMessage(LogLevel.Error, "a job of an earlier process could not be finished ({folder}): {why}")]
        public static partial void Failed(ILogger logger, string folder, string why);
    }
}
