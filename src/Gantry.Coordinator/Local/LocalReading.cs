using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Local;

/// <summary>From rows to what the outside sees.</summary>
internal static class LocalReading
{
    public static IReadOnlyList<LocalPipeline> All(StoreSession session, long projectId)
    {
        var rows = session.Pipelines.List(projectId, new PipelineFilter { WithChildren = true, Ascending = true }, new Page(1, int.MaxValue)).Items;
        return [.. rows.Select(row => PipelineOf(session, row))];
    }

    private static LocalPipeline PipelineOf(StoreSession session, PipelineRow row) => new()
    {
        Id = row.Id,
        Status = row.Status,
        Stages = row.Stages,
        Name = row.Name,
        Coverage = row.Coverage,
        UpstreamJobId = row.UpstreamJobId,
        Jobs = [.. session.Jobs.OfPipeline(row.Id).Select(job => JobOf(session, job))],
    };

    private static LocalJob JobOf(StoreSession session, JobRow row) => new()
    {
        Id = row.Id,
        PipelineId = row.PipelineId,
        Name = row.Name,
        Stage = row.Stage,
        Status = row.Status,
        When = row.When,
        IsBridge = row.Kind == "bridge",
        IsRetried = row.Retried,
        Attempt = row.Attempt,
        AllowFailure = row.AllowFailure,
        ExitCode = row.ExitCode,
        FailureReason = row.FailureReason,
        QueuedAt = row.QueuedAt,
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        Coverage = row.Coverage,
        Environment = row.Environment is null ? null : EnvironmentOf(session, row),
        DownstreamPipelineId = row.DownstreamPipelineId,
    };

    private static LocalEnvironment EnvironmentOf(StoreSession session, JobRow row)
    {
        var defined = session.Jobs.Definition(row.Id).Environment;
        return new LocalEnvironment(row.Environment!, defined?.Slug ?? "", defined?.Url, defined?.Action ?? "start", defined?.DeploymentTier ?? "other");
    }
}
