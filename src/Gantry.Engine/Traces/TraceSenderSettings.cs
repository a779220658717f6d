namespace Gantry.Engine.Traces;

/// <summary>How one job's log is sent.</summary>
public sealed record TraceSenderSettings
{
    /// <summary>Where to go on: 0 for a new job, the journal's number after a restart.</summary>
    public long SentOffset { get; init; }

    /// <summary><c>CI_DEBUG_TRACE</c> or <c>CI_DEBUG_SERVICES</c> is effective: the server restricts the log.</summary>
    public bool DebugTrace { get; init; }

    /// <summary><c>FF_USE_DYNAMIC_TRACE_FORCE_SEND_INTERVAL</c>.</summary>
    public bool DynamicForceSendInterval { get; init; }

    /// <summary><c>job_status_final_update_retry_limit</c>.</summary>
    public int FinalUpdateTries { get; init; } = 10;

    /// <summary>Between two patches until the server names another interval.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Full patches in one tick once the server has named an interval; the official runner sends one, so a fast job's
    /// log lags behind. Stays below the server's limit of 200 calls per minute and job at the default interval.
    /// </summary>
    public int PatchesPerTick { get; init; } = 8;

    /// <summary>The server asks for a cancel; called at most once. <c>JobLifetime.Cancel</c>.</summary>
    public required Action Cancel { get; init; }

    /// <summary>The server took the job back; called at most once. <c>JobLifetime.Abort</c>.</summary>
    public required Action Abort { get; init; }

    /// <summary>The server has the log up to this byte: to be kept in the journal.</summary>
    public Action<long>? Sent { get; init; }
}

/// <summary>How a job ended, as the server is told.</summary>
public sealed record FinalUpdate
{
    /// <summary><see cref="Links.JobUpdateState.Success"/> or <see cref="Links.JobUpdateState.Failed"/>.</summary>
    public required Links.JobUpdateState State { get; init; }

    /// <summary>Narrowed to what the server lists; null unless failed.</summary>
    public Gantry.Protocol.FailureReason? FailureReason { get; init; }

    public int ExitCode { get; init; }
}

/// <summary>What became of the final report.</summary>
public enum FinishResult
{
    /// <summary>The server has the state and the log.</summary>
    Delivered,

    /// <summary>The server does not want it: the job is gone or ended there already.</summary>
    Refused,

    /// <summary>All tries failed. The spool and the state stay in the journal for a later process.</summary>
    GaveUp,
}
