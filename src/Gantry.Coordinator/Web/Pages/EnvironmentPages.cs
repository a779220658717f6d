using Gantry.Coordinator.Web.Views;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>The places that jobs deploy to.</summary>
internal static class EnvironmentPages
{
    public static async Task ListAsync(ProjectVisit visit)
    {
        var items = await visit.ReadAsync(session => session.Environments.Of(visit.Project.Id)
            .Select(place => new EnvironmentItem(place, place.LastJobId is { } job ? session.Jobs.Find(job) : null)).ToList());
        var view = new EnvironmentsView(visit.Scope, visit.Project, items);
        await visit.Request.ShowAsync(visit.Frame(ProjectTab.Environments, visit.Request.Words.Environments, Slice.Environments(view)) with { LiveUrl = WebPath.Live(visit.Project) });
    }
}
