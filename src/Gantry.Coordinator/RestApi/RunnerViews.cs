using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>Runners with what their newest machine tells.</summary>
internal static class RunnerViews
{
    public static RunnerView Item(StoreSession session, RunnerRow runner, DateTimeOffset now)
    {
        var status = runner.Status(now);
        var machine = session.Managers.OfRunner(runner.Id) is [var newest, ..] ? newest : null;
        return new RunnerView(
            runner.Id, runner.Description, machine?.IpAddress, !runner.Paused, runner.Paused, runner.IsInstance, runner.Type, machine is null ? null : "gitlab-runner",
            status == "online", status, runner.CreatedAt, Execution(session, runner));
    }

    public static RunnerDetailView Detail(StoreSession session, RunnerRow runner, DateTimeOffset now)
    {
        var status = runner.Status(now);
        var machine = session.Managers.OfRunner(runner.Id) is [var newest, ..] ? newest : null;
        return new RunnerDetailView
        {
            Id = runner.Id,
            Description = runner.Description,
            IpAddress = machine?.IpAddress,
            Active = !runner.Paused,
            Paused = runner.Paused,
            IsShared = runner.IsInstance,
            RunnerType = runner.Type,
            Name = machine is null ? null : "gitlab-runner",
            Online = status == "online",
            Status = status,
            CreatedAt = runner.CreatedAt,
            JobExecutionStatus = Execution(session, runner),
            TagList = runner.TagList,
            RunUntagged = runner.RunUntagged,
            Locked = runner.Locked,
            MaximumTimeout = runner.MaximumTimeout,
            AccessLevel = runner.AccessLevel,
            Version = machine?.Version,
            Revision = machine?.Revision,
            Platform = machine?.Platform,
            Architecture = machine?.Architecture,
            ContactedAt = runner.ContactedAt,
            MaintenanceNote = runner.MaintenanceNote,
            Projects =
            [
                .. session.Runners.ProjectIds(runner.Id).Select(session.Projects.Find).OfType<ProjectRow>()
                    .Select(project => new RunnerProjectView(
                        project.Id, project.Name, $"{project.NamespacePath} / {project.Name}", project.Path, project.FullPath)),
            ],
        };
    }

    private static string Execution(StoreSession session, RunnerRow runner) => session.Jobs.RunningOnRunner(runner.Id) > 0 ? "active" : "idle";
}
