using Gantry.Coordinator.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Pause, resume and remove a runner.</summary>
internal static class RunnerChanges
{
    /// <returns>The name of the notice for the next page.</returns>
    public static async Task<string> ApplyAsync(CoordinatorServices services, long id, string action, CancellationToken cancellation)
    {
        await services.Database.WriteAsync(
            session =>
            {
                var runner = session.Runners.Find(id) ?? throw ApiException.NotFound("Runner");
                if (action == "remove")
                    session.Runners.Delete(id);
                else
                    session.Runners.Update(runner with { Paused = action == "pause" });
            },
            cancellation);
        services.Signal.Raise();
        return action switch
        {
            "remove" => "runner_removed",
            "pause" => "runner_paused",
            _ => "runner_resumed",
        };
    }
}
