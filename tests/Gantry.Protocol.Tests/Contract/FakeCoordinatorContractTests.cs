using Gantry.TestKit.Contract;
using Gantry.TestKit.Coordinator;

namespace Gantry.Protocol.Tests.Contract;

/// <summary>The fake server keeps the contract that the real coordinator is held to.</summary>
public sealed class FakeCoordinatorContractTests : RunnerApiContract
{
    protected override Task<IRunnerApiSubject> StartAsync() => FakeSubject.StartAsync();
}
