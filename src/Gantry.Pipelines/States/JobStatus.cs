namespace Gantry.Pipelines.States;

/// <summary>Status of a job, a stage or a pipeline. The numbers are GitLab's.</summary>
public enum JobStatus
{
    Created = 0,
    Pending = 1,
    Running = 2,
    Success = 3,
    Failed = 4,
    Canceled = 5,
    Skipped = 6,
    Manual = 7,
    Scheduled = 8,
    Preparing = 9,
    WaitingForResource = 10,
    WaitingForCallback = 11,
    Canceling = 12,
}

/// <summary>The words and the groups of <see cref="JobStatus"/>.</summary>
public static class JobStatusNames
{
    private static readonly string[] Words =
    [
        "created", "pending", "running", "success", "failed", "canceled", "skipped", "manual", "scheduled", "preparing",
        "waiting_for_resource", "waiting_for_callback", "canceling",
    ];

    public static string Keyword(this JobStatus status) => Words[(int)status];

    public static bool TryParse(string text, out JobStatus status)
    {
        status = (JobStatus)Array.IndexOf(Words, text);
        return status >= 0;
    }

    /// <summary>Nothing more happens by itself or by a user's play.</summary>
    public static bool IsComplete(this JobStatus status) =>
        status is JobStatus.Success or JobStatus.Failed or JobStatus.Canceled or JobStatus.Skipped;

    /// <summary>Complete, or held until someone plays it or its time comes.</summary>
    public static bool IsStopped(this JobStatus status) => status.IsComplete() || status is JobStatus.Manual or JobStatus.Scheduled;

    public static bool IsStarted(this JobStatus status) =>
        status is JobStatus.Running or JobStatus.Success or JobStatus.Failed or JobStatus.Canceling;

    /// <summary>What canceling the whole pipeline cancels.</summary>
    public static bool IsCancelable(this JobStatus status) =>
        status is JobStatus.Scheduled || (!status.IsStopped() && status != JobStatus.Canceling);
}
