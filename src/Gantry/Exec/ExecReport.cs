using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Coordinator.Local;
using Gantry.Pipelines.Problems;

namespace Gantry.Exec;

/// <summary>The file of <c>--report</c>: for programs. Names and states are GitLab's.</summary>
internal sealed record ExecReport
{
    public required PipelineReport Pipeline { get; init; }
    public IReadOnlyList<JobReport> Jobs { get; init; } = [];

    public static ExecReport Refused(LocalCreation.Refused refused) => new()
    {
        Pipeline = new PipelineReport
        {
            Created = false,
            Reason = refused.Reason,
            Errors = refused.Problems.Count > 0 ? [.. refused.Problems.Select(problem => problem.ToString())] : refused.Messages,
            Problems = [.. refused.Problems.Select(ProblemReport.Of)],
        },
    };

    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, ReportJson.Default.ExecReport));
    }
}

internal sealed record PipelineReport
{
    public required bool Created { get; init; }

    /// <summary>Null when it was not created.</summary>
    public string? Status { get; init; }

    public string? Reason { get; init; }
    public string? Name { get; init; }
    public IReadOnlyList<string>? Stages { get; init; }
    public double? Coverage { get; init; }

    /// <summary><c>file:line:column: message</c>.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    public IReadOnlyList<ProblemReport> Problems { get; init; } = [];
}

internal sealed record ProblemReport(string Message, string? File, int Line, int Column, string? Hint)
{
    public static ProblemReport Of(Problem problem) => new(problem.Message, problem.File, problem.Line, problem.Column, problem.Hint);
}

/// <summary>The latest attempt of a job.</summary>
internal sealed record JobReport
{
    public required string Name { get; init; }
    public required string Stage { get; init; }
    public required string Status { get; init; }
    public required bool AllowFailure { get; init; }
    public int? ExitCode { get; init; }
    public string? FailureReason { get; init; }

    /// <summary>Position by start, from 1; null when it did not start.</summary>
    public int? Order { get; init; }

    public DateTimeOffset? Queued { get; init; }
    public DateTimeOffset? Started { get; init; }
    public DateTimeOffset? Finished { get; init; }

    /// <summary>Path of the raw log; null when there is none.</summary>
    public string? Log { get; init; }

    /// <summary>Paths of the files in the archive.</summary>
    public IReadOnlyList<string> Artifacts { get; init; } = [];

    public int Attempts { get; init; } = 1;
    public double? Coverage { get; init; }
    public LocalEnvironment? Environment { get; init; }

    /// <summary>Of a trigger job: the pipeline it started.</summary>
    public ExecReport? Downstream { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ExecReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
