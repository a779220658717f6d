namespace Gantry.Pipelines.States;

/// <summary>
/// One status of many, by GitLab's table: which statuses occur decides, not how often. A failed job that may fail counts as
/// a success with warnings, a manual job that may fail is ignored.
/// </summary>
internal readonly struct CompositeStatus
{
    private const int WithWarnings = 1 << 20;
    private const int Ignored = 1 << 21;
    private const int Extra = WithWarnings | Ignored;

    private readonly int _set;

    private CompositeStatus(int set) => _set = set;

    public CompositeStatus With(JobState job) => new(_set | Symbol(job));

    /// <summary>Of no jobs at all it is success: there is nothing to wait for.</summary>
    public static JobStatus Of(IEnumerable<JobState> jobs)
    {
        var set = default(CompositeStatus);
        foreach (var job in jobs)
        {
            set = set.With(job);
        }

        return set.Status;
    }

    /// <summary>For a job that waits for its needs: it neither passes over skipped ones nor decides before all are complete.</summary>
    public JobStatus StatusOfNeeds
    {
        get
        {
            if (_set == 0)
            {
                return JobStatus.Success;
            }

            if (Any(Bit(JobStatus.Skipped) | Ignored))
            {
                return JobStatus.Skipped;
            }

            return Only(Bit(JobStatus.Success) | Bit(JobStatus.Failed) | Bit(JobStatus.Canceled) | WithWarnings) ? Status : JobStatus.Pending;
        }
    }

    public JobStatus Status
    {
        get
        {
            if (_set == 0)
            {
                return JobStatus.Success;
            }

            foreach (var (set, status) in Tables.Only)
            {
                if (Only(set))
                {
                    return status;
                }
            }

            foreach (var (set, status) in Tables.Any)
            {
                if (Any(set))
                {
                    return status;
                }
            }

            return JobStatus.Failed;
        }
    }

    private bool Only(int set) => (_set & ~set) == 0;

    private bool Any(int set) => (_set & set) != 0;

    private static int Bit(JobStatus status) => 1 << (int)status;

    private static int Symbol(JobState job) => job.AllowFailure switch
    {
        true when job.Status is JobStatus.Failed or JobStatus.Canceled => WithWarnings,
        true when job.Status == JobStatus.Manual => Ignored,
        _ => Bit(job.Status),
    };

    private static class Tables
    {
        /// <summary>First row that holds everything that occurs.</summary>
        public static readonly (int Set, JobStatus Status)[] Only =
        [
            (Bit(JobStatus.Skipped) | Ignored, JobStatus.Skipped),
            (Bit(JobStatus.Success) | Bit(JobStatus.Skipped) | Extra, JobStatus.Success),
            (Bit(JobStatus.Created) | Extra, JobStatus.Created),
            (Bit(JobStatus.Preparing) | Extra, JobStatus.Preparing),
            (Bit(JobStatus.Canceled) | Bit(JobStatus.Success) | Bit(JobStatus.Skipped) | Extra, JobStatus.Canceled),
            (Bit(JobStatus.Pending) | Bit(JobStatus.Created) | Bit(JobStatus.Skipped) | Extra, JobStatus.Pending),
        ];

        /// <summary>Then the first row of which something occurs.</summary>
        public static readonly (int Set, JobStatus Status)[] Any =
        [
            (Bit(JobStatus.Running) | Bit(JobStatus.Pending), JobStatus.Running),
            (Bit(JobStatus.WaitingForResource), JobStatus.WaitingForResource),
            (Bit(JobStatus.WaitingForCallback), JobStatus.WaitingForCallback),
            (Bit(JobStatus.Manual), JobStatus.Manual),
            (Bit(JobStatus.Scheduled), JobStatus.Scheduled),
            (Bit(JobStatus.Preparing), JobStatus.Preparing),
            (Bit(JobStatus.Created), JobStatus.Running),
            (Bit(JobStatus.Canceling), JobStatus.Canceling),
        ];
    }
}
