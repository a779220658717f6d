using Gantry.Protocol;

namespace Gantry.Engine.Links;

/// <summary>A state report: acceptance, keep-alive or the end.</summary>
public sealed record JobUpdate
{
    public required JobUpdateState State { get; init; }

    /// <summary>Already narrowed to what the server lists. Null unless failed.</summary>
    public FailureReason? FailureReason { get; init; }

    /// <summary>0 is not sent.</summary>
    public int ExitCode { get; init; }

    /// <summary><c>crc32:%08x</c> of the log so far; null sends an empty output object.</summary>
    public string? Checksum { get; init; }

    /// <summary>Bytes of the log so far.</summary>
    public long ByteSize { get; init; }
}

/// <summary>A cancelled job ends as <see cref="Failed"/>: the protocol has no cancelled state from the runner.</summary>
public enum JobUpdateState
{
    Running,
    Success,
    Failed,
}

/// <summary>What a server made of an update (§1.13), first match wins.</summary>
public enum UpdateResult
{
    Succeeded,

    /// <summary>202: the server still stores the log. Wait and repeat.</summary>
    AcceptedNotCompleted,

    /// <summary>412: send the whole log again.</summary>
    LogRejected,

    /// <summary>The job is no longer ours: stop it.</summary>
    Abort,

    Failed,
}

/// <param name="Result">The classification.</param>
/// <param name="CancelRequested"><c>Job-Status: canceling</c> was set.</param>
/// <param name="Interval">New interval between patches, when the server named one.</param>
public readonly record struct UpdateAnswer(UpdateResult Result, bool CancelRequested, TimeSpan? Interval);

/// <summary>A piece of the log.</summary>
/// <param name="Offset">Of the first byte in the whole log.</param>
/// <param name="Content">At most 1 MiB; may be sent more than once.</param>
/// <param name="DebugTrace">The log may show secrets (CI_DEBUG_TRACE): the server restricts it.</param>
public readonly record struct TracePatch(long Offset, ReadOnlyMemory<byte> Content, bool DebugTrace);

/// <summary>What a server made of a patch (§1.14), first match wins.</summary>
public enum PatchResult
{
    Succeeded,
    Abort,
    NotFound,
    RangeMismatch,
    Failed,
}

/// <param name="Result">The classification.</param>
/// <param name="NextOffset">Where to go on: after the patch when it succeeded, the server's size on a mismatch.</param>
/// <param name="CancelRequested"><c>Job-Status: canceling</c> was set.</param>
/// <param name="Interval">New interval between patches, when the server named one.</param>
public readonly record struct PatchAnswer(PatchResult Result, long NextOffset, bool CancelRequested, TimeSpan? Interval);

/// <summary>One artifact file on its way up.</summary>
public sealed record ArtifactUpload
{
    public required string FileName { get; init; }
    public string? ExpireIn { get; init; }
    public string? Format { get; init; }
    public string? Type { get; init; }

    /// <summary>Writes the body; called once per attempt.</summary>
    public required Func<Stream, CancellationToken, Task> WriteAsync { get; init; }
}

/// <summary>What a server made of an upload (§1.15).</summary>
public enum UploadResult
{
    Succeeded,
    Forbidden,
    TooLarge,
    ServiceUnavailable,
    Failed,
}

/// <param name="Result">The classification.</param>
/// <param name="StatusText">As the log shows it, such as <c>201 Created</c>.</param>
/// <param name="CorrelationId">The server's request id, or ours.</param>
public readonly record struct ArtifactUploadAnswer(UploadResult Result, string StatusText, string CorrelationId);

/// <summary>One archive to fetch. The token is the producing job's.</summary>
public sealed record ArtifactDownload
{
    public required long JobId { get; init; }
    public required Secret Token { get; init; }

    /// <summary>Ask for a redirect to the object store; first attempt only (§1.16).</summary>
    public required bool DirectDownload { get; init; }

    /// <summary>Takes the body.</summary>
    public required Func<Stream, CancellationToken, Task> ReadAsync { get; init; }
}

/// <summary>What a server made of a download (§1.16).</summary>
public enum DownloadResult
{
    Succeeded,
    Forbidden,
    Unauthorized,
    NotFound,
    Failed,
}

/// <param name="Result">The classification.</param>
/// <param name="StatusText">As the log shows it.</param>
/// <param name="CorrelationId">The server's request id, or ours.</param>
public readonly record struct ArtifactDownloadAnswer(DownloadResult Result, string StatusText, string CorrelationId);
