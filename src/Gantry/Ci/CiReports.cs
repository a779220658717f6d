using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Exec;
using Gantry.Pipelines;
using Gantry.Pipelines.Model;

namespace Gantry.Ci;

/// <summary>What <c>ci lint --json</c> prints.</summary>
internal sealed record CiLintReport(bool Valid, IReadOnlyList<ProblemReport> Errors, IReadOnlyList<ProblemReport> Warnings, IReadOnlyList<string> Includes)
{
    public static CiLintReport Of(LintReport report) => new(
        report.IsValid,
        report.Compilation is PipelineCompilation.Rejected rejected ? [.. rejected.Problems.Select(ProblemReport.Of)] : [],
        [.. report.Compilation.Warnings.Select(ProblemReport.Of)],
        report.Included);

    public string ToJson() => JsonSerializer.Serialize(this, CiJson.Default.CiLintReport);
}

/// <summary>What <c>ci list --json</c> prints.</summary>
internal sealed record CiListReport(string? Reason, IReadOnlyList<CiListedJob> Jobs, IReadOnlyList<LeftOutJob> LeftOut)
{
    public static CiListReport Of(PipelineCompilation compilation) => new(
        compilation is PipelineCompilation.Filtered filtered ? filtered.Message : null,
        compilation is PipelineCompilation.Created created ? [.. created.Pipeline.Jobs.Select(CiListedJob.Of)] : [],
        compilation.LeftOut);

    public string ToJson() => JsonSerializer.Serialize(this, CiJson.Default.CiListReport);
}

internal sealed record CiListedJob(string Name, string Stage, string When, bool AllowFailure, IReadOnlyList<string>? Needs)
{
    public static CiListedJob Of(JobModel job) =>
        new(job.Name, job.Stage, job.When.Keyword(), job.AllowFailure, job.IsDag ? [.. job.Needs.Select(need => need.Job)] : null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CiLintReport))]
[JsonSerializable(typeof(CiListReport))]
internal sealed partial class CiJson : JsonSerializerContext;
