using Gantry.Coordinator.Access;
using Gantry.Coordinator.Web.Assets;
using Gantry.Coordinator.Web.Sessions;

namespace Gantry.Coordinator.Web;

/// <summary>What all pages share.</summary>
/// <param name="Services">The coordinator's.</param>
/// <param name="Assets">Stylesheets and scripts.</param>
/// <param name="Door">Who visitors are.</param>
/// <param name="Limit">Failed sign-ins.</param>
/// <param name="StartedAt">When the server was put together.</param>
/// <param name="Stopping">The server is about to stop: streams end, so that it need not wait for open pages.</param>
internal sealed record WebRoom(CoordinatorServices Services, AssetLibrary Assets, SessionDoor Door, AttemptLimit Limit, DateTimeOffset StartedAt, CancellationToken Stopping)
{
    public TimeProvider Clock => Services.Clock;
}
