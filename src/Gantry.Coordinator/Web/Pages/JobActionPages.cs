using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>What the buttons of a job do.</summary>
internal static class JobActionPages
{
    public static async Task RetryAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        await visit.JobAsync(id);
        var attempt = await visit.Services.Actions.RetryAsync(id, visit.Request.User.Id, visit.Cancellation) ?? throw ApiException.Forbidden();
        visit.Request.GoTo(form.Return(WebPath.Job(visit.Project, attempt.Id)));
    }

    public static async Task CancelAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        await visit.JobAsync(id);
        await visit.Services.Actions.CancelAsync(id, form.Has("force"), visit.Cancellation);
        visit.Request.GoTo(form.Return(WebPath.Job(visit.Project, id)));
    }

    public static async Task PlayAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        var job = await visit.JobAsync(id);
        if (job.Status == CiStatus.Scheduled)
            await visit.Services.Actions.PlayAsync(id, visit.Request.User.Id, [], visit.Cancellation);
        else
            await visit.Services.Actions.PlayAsync(id, visit.Request.User.Id, form.Variables(), visit.Cancellation);
        visit.Request.GoTo(form.Return(WebPath.Job(visit.Project, id)));
    }

    public static async Task UnscheduleAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        await visit.JobAsync(id);
        await visit.Services.Actions.UnscheduleAsync(id, visit.Cancellation);
        visit.Request.GoTo(form.Return(WebPath.Job(visit.Project, id)));
    }

    /// <summary>Removes the log and the artifacts of a job that is over.</summary>
    public static async Task EraseAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Maintainer);
        var job = await visit.JobAsync(id);
        if (!CiStatus.IsComplete(job.Status))
            throw ApiException.Forbidden();

        var artifacts = await visit.Services.Database.WriteAsync(
            session =>
            {
                var files = session.Artifacts.OfJob(id);
                foreach (var file in files)
                    session.Artifacts.Delete(file.Id);
                if (session.Jobs.Find(id) is { } current)
                    session.Jobs.Update(current with { ErasedAt = visit.Request.Now, ArtifactsExpireAt = null });
                return files;
            },
            visit.Cancellation);
        foreach (var file in artifacts)
            visit.Services.Artifacts.Delete(file);
        await visit.Services.Traces.DeleteAsync(id, CancellationToken.None);
        visit.Request.GoTo(form.Return(WebPath.Job(visit.Project, id)));
    }

    public static async Task KeepArtifactsAsync(ProjectVisit visit, long id, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        await visit.JobAsync(id);
        await visit.Services.Database.WriteAsync(
            session =>
            {
                session.Artifacts.Keep(id);
                if (session.Jobs.Find(id) is { } job)
                    session.Jobs.Update(job with { ArtifactsExpireAt = null });
            },
            visit.Cancellation);
        visit.Request.GoTo(form.Return(WebPath.Job(visit.Project, id)));
    }
}
