using Gantry.TestKit.Contract;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>The real coordinator keeps the contract that the fake server is held to.</summary>
public sealed class CoordinatorContractTests : RunnerApiContract
{
    protected override async Task<IRunnerApiSubject> StartAsync() => await CoordinatorSubject.StartAsync();
}
