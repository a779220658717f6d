using Gantry.Protocol.Jobs;

namespace Gantry.TestKit.Coordinator;

/// <summary>A job of the fake server, and what became of it. Thread-safe to read.</summary>
public sealed class FakeJob(JobPayload payload)
{
    private readonly Lock _gate = new();
    private readonly List<UpdateJobRequest> _updates = [];
    private readonly List<FakeArtifact> _artifacts = [];
    private readonly TaskCompletionSource<UpdateJobRequest> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _trace = [];

    public JobPayload Payload { get; } = payload;

    /// <summary>Sent as <c>Job-Status</c> on every answer about the job: <c>running</c>, <c>canceling</c>, <c>canceled</c>, <c>failed</c>.</summary>
    public string Status { get; set; } = "running";

    /// <summary>How often the final update is answered with 202 before 200.</summary>
    public int AcceptedTimes { get; set; }

    /// <summary>Seconds, sent as <c>X-GitLab-Trace-Update-Interval</c>; null: no header.</summary>
    public int? TraceInterval { get; set; }

    /// <summary>GitLab's name of the job's state.</summary>
    public string State { get; private set; } = "pending";

    /// <summary>Ends with the first accepted <c>success</c> or <c>failed</c>.</summary>
    public Task<UpdateJobRequest> Finished => _finished.Task;

    public IReadOnlyList<UpdateJobRequest> Updates
    {
        get
        {
            lock (_gate)
            {
                return [.. _updates];
            }
        }
    }

    public IReadOnlyList<FakeArtifact> Artifacts
    {
        get
        {
            lock (_gate)
            {
                return [.. _artifacts];
            }
        }
    }

    public byte[] Trace
    {
        get
        {
            lock (_gate)
            {
                return [.. _trace];
            }
        }
    }

    /// <summary>The server forgets the log from here on, as after a lost chunk.</summary>
    public void CutTrace(int size)
    {
        lock (_gate)
        {
            _trace = _trace[..size];
        }
    }

    internal int TakeUpdate(UpdateJobRequest update)
    {
        lock (_gate)
        {
            _updates.Add(update);
            if (update.State == "running")
            {
                State = "running";
                return 200;
            }

            if (AcceptedTimes > 0)
            {
                AcceptedTimes--;
                return 202;
            }

            State = Status == "canceling" ? "canceled" : update.State;
            _finished.TrySetResult(update);
            return 200;
        }
    }

    /// <returns>The size of the log, and whether the piece fitted.</returns>
    internal (long Size, bool Fits) Append(long first, byte[] content)
    {
        lock (_gate)
        {
            if (first != _trace.Length)
            {
                return (_trace.Length, false);
            }

            _trace = [.. _trace, .. content];
            return (_trace.Length, true);
        }
    }

    internal void AddArtifact(FakeArtifact artifact)
    {
        lock (_gate)
        {
            _artifacts.Add(artifact);
        }
    }
}

/// <summary>An uploaded file.</summary>
public sealed record FakeArtifact(string FileName, string Type, string Format, string ExpireIn, byte[] Content);
