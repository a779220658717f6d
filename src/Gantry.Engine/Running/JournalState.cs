using System.Text.Json.Serialization;

namespace Gantry.Engine.Running;

/// <summary>
/// Where a job is, as much as a later process needs to carry on or to report it. Not a secret by itself; the payload beside
/// it is. Every property may be missing in a file that an older version wrote.
/// </summary>
public sealed record JournalState
{
    public required long JobId { get; init; }

    /// <summary>Which runner entry the job came to.</summary>
    public required string RunnerShortToken { get; init; }

    public required string RunnerName { get; init; }
    public required string Executor { get; init; }
    public int RunnerNumber { get; init; }
    public int ProjectNumber { get; init; }
    public string? CorrelationId { get; init; }

    /// <summary>When the job was received, UTC: the job's clock goes on across a restart.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The server was told <c>running</c> and did not take the job back.</summary>
    public bool Accepted { get; init; }

    /// <summary>The stage that runs, or the last one that ran; null before the first.</summary>
    public string? Stage { get; init; }

    /// <summary>When that stage was entered, UTC.</summary>
    public DateTimeOffset? StageBegan { get; init; }

    /// <summary>How the job fared before that stage; null: well.</summary>
    public JournalFailure? Failure { get; init; }

    /// <summary>How the executor finds the place again; null while there is none.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>The server has the log up to this byte.</summary>
    public long SentOffset { get; init; }

    /// <summary>Set once the job has ended and only the report is missing.</summary>
    public JournalVerdict? Verdict { get; init; }
}

/// <summary>The end of a job as it is to be reported.</summary>
/// <param name="Succeeded">Or failed.</param>
/// <param name="FailureReason">Narrowed; null when succeeded.</param>
/// <param name="ExitCode">0 when no process ended the job.</param>
public sealed record JournalVerdict(bool Succeeded, string? FailureReason, int ExitCode);

/// <summary>A stage that failed while the job goes on: after_script, caches and artifacts still come.</summary>
/// <param name="Reason">Not narrowed.</param>
/// <param name="Message">As the last log line will show it.</param>
/// <param name="ExitCode">0 when no process ended the stage.</param>
public sealed record JournalFailure(string Reason, string Message, int ExitCode);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalState))]
internal sealed partial class JournalJson : JsonSerializerContext;
