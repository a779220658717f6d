using Gantry.Coordinator.Access;
using Gantry.Coordinator.Web.Assets;
using Gantry.Coordinator.Web.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gantry.Coordinator.Web;

/// <summary>The pages, on every path that nothing else claims.</summary>
internal static class WebEndpoints
{
    public static void MapWeb(this IEndpointRouteBuilder routes, CoordinatorServices services)
    {
        var assets = new AssetLibrary();
        var stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var limit = new AttemptLimit(services.Clock);
        var started = services.Clock.GetUtcNow();
        // The key needs the store, which may be read once the server runs: the first visitor makes the room.
        var router = new Lazy<Task<WebRouter>>(async () =>
        {
            var key = await SessionKey.LoadAsync(services.Database, CancellationToken.None);
            return new WebRouter(new WebRoom(services, assets, new SessionDoor(services, key), limit, started, stopping));
        });
        routes.MapFallback("{**path}", async http => await (await router.Value).HandleAsync(http));
    }
}
