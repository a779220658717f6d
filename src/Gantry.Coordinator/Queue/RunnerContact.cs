using Gantry.Coordinator.Store;
using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Queue;

/// <summary>What a runner says about itself with a call.</summary>
/// <param name="SystemId">Empty for runners too old to send one.</param>
/// <param name="Identity">Name, version, platform, features.</param>
/// <param name="IpAddress">Where the call came from.</param>
internal sealed record RunnerContact(string SystemId, RunnerIdentity Identity, string IpAddress)
{
    public RunnerMachineRow Machine(long runnerId, DateTimeOffset now) => new()
    {
        Id = 0,
        RunnerId = runnerId,
        SystemId = SystemId,
        Version = Identity.Version ?? "",
        Revision = Identity.Revision ?? "",
        Platform = Identity.Platform ?? "",
        Architecture = Identity.Architecture ?? "",
        Executor = Identity.Executor ?? "",
        IpAddress = IpAddress,
        Features = Identity.Features,
        CreatedAt = now,
        ContactedAt = now,
    };
}
