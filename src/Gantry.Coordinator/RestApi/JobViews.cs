using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>Jobs with everything that GitLab tells about them, read in one session.</summary>
internal sealed class JobViews(StoreSession session, CoordinatorServices services)
{
    private readonly Dictionary<long, UserRow?> _users = [];
    private readonly Dictionary<long, RunnerRow?> _runners = [];
    private readonly Dictionary<long, PipelineRow> _pipelines = [];
    private readonly Dictionary<long, ProjectRow> _projects = [];
    private readonly DateTimeOffset _now = services.Clock.GetUtcNow();

    public JobView Of(JobRow job)
    {
        var project = Known(_projects, job.ProjectId, id => session.Projects.Find(id)!);
        var pipeline = Known(_pipelines, job.PipelineId, id => session.Pipelines.Find(id)!);
        var files = session.Artifacts.OfJob(job.Id);
        var archive = files.FirstOrDefault(file => file.Type == "archive");
        var trace = services.Traces.Size(job.Id);
        return new JobView
        {
            Id = job.Id,
            Status = job.Status,
            Stage = job.Stage,
            Name = job.Name,
            Ref = job.Ref,
            Tag = job.Tag,
            Coverage = job.Coverage,
            AllowFailure = job.AllowFailure,
            CreatedAt = job.CreatedAt,
            StartedAt = job.StartedAt,
            FinishedAt = job.FinishedAt,
            ErasedAt = job.ErasedAt,
            Duration = job.Duration(_now),
            QueuedDuration = job.QueuedDuration(_now),
            User = UserView.Of(Known(_users, job.UserId, session.Users.Find), services.Address),
            Commit = CommitView.Of(pipeline, project, services.Address),
            Pipeline = PipelineView.Of(pipeline, project, services.Address),
            FailureReason = job.FailureReason,
            ExitCode = job.ExitCode,
            WebUrl = services.Address.Of(project, job),
            Project = new JobProjectView(true),
            ArtifactsFile = archive is null ? null : new ArtifactFileView(archive.FileName, archive.Size),
            Artifacts =
            [
                .. files.Select(file => new ArtifactView(file.Type, file.Size, file.FileName, file.Format)),
                .. trace > 0 ? [new ArtifactView("trace", trace, "job.log", null)] : Array.Empty<ArtifactView>(),
            ],
            Runner = job.RunnerId is { } runner && Known(_runners, runner, session.Runners.Find) is { } known ? RunnerOf(known) : null,
            RunnerManager = job.MachineId is { } machine ? MachineView.Of(session.Managers.Find(machine), _now) : null,
            ArtifactsExpireAt = job.ArtifactsExpireAt,
            TagList = job.TagList,
            Source = pipeline.Source,
            DownstreamPipeline = job.DownstreamPipelineId is { } id && session.Pipelines.Find(id) is { } downstream
                ? PipelineView.Of(downstream, Known(_projects, downstream.ProjectId, other => session.Projects.Find(other)!), services.Address)
                : null,
        };
    }

    private JobRunnerView RunnerOf(RunnerRow runner)
    {
        var status = runner.Status(_now);
        return new JobRunnerView(
            runner.Id, runner.Description, null, !runner.Paused, runner.Paused, runner.IsInstance, runner.Type, null, status == "online", status);
    }

    private static T Known<T>(Dictionary<long, T> known, long id, Func<long, T> find)
    {
        if (!known.TryGetValue(id, out var value))
        {
            known[id] = value = find(id);
        }

        return value;
    }
}
