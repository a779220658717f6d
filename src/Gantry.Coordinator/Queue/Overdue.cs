using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>Jobs about which something must be done because time went by (ci-yaml §19.7).</summary>
internal static class Overdue
{
    // A runner that was handed a job accepts it within a second; after this it is given to another.
    private static readonly TimeSpan Acceptance = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(24);

    // Beyond its timeout a job has this long for after_script, cache and artifacts before the server ends it.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(15);

    private static readonly string[] Watched = [CiStatus.Scheduled, CiStatus.Pending, CiStatus.Running, CiStatus.Canceling];

    public static IReadOnlyList<(long JobId, OverdueVerdict Verdict)> Find(StoreSession session, DateTimeOffset now) =>
    [
        .. Watched.SelectMany(status => session.Jobs.InStatus(status))
            .Select(job => (job.Id, Verdict: Of(job, now)))
            .Where(found => found.Verdict is not null)
            .Select(found => (found.Id, found.Verdict!)),
    ];

    /// <summary>Null when all is well.</summary>
    public static OverdueVerdict? Of(JobRow job, DateTimeOffset now) => job switch
    {
        { Status: CiStatus.Scheduled, ScheduledAt: { } at } when at <= now => new OverdueVerdict.Start(),
        { Status: CiStatus.Pending, AssignedAt: { } at } when now - at > Acceptance => new OverdueVerdict.Release(),
        { Status: CiStatus.Pending, AssignedAt: null, QueuedAt: { } at } when now - at > LongestWait =>
            new OverdueVerdict.Drop("stuck_or_timeout_failure"),
        { Status: CiStatus.Running, StartedAt: { } at } when now - at > TimeSpan.FromSeconds(job.Timeout) + Slack =>
            new OverdueVerdict.Drop("server_timeout_running"),
        { Status: CiStatus.Running } when now - job.UpdatedAt > Silence && job.Kind == "build" => new OverdueVerdict.Drop("no_updates_running"),
        { Status: CiStatus.Canceling } when now - job.UpdatedAt > Silence => new OverdueVerdict.Drop("no_updates_canceling"),
        _ => null,
    };
}
