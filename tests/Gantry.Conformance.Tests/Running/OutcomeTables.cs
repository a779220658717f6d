using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Running;

/// <summary>failure-reasons.json.</summary>
public sealed class OutcomeTables
{
    [Fact]
    [Tables("failure-reasons")]
    public void Failure_reasons_that_a_server_does_not_list() => Cases.Run(14, (input, expected) =>
    {
        var mapped = input.Texts("reasons").Select(reason => input.Has("compatibility_map")
            ? FailureReasonMap.Narrow(
                new FailureReason(reason), input.Texts("supported"),
                input.GetProperty("compatibility_map").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!),
                input.GetProperty("max_depth").GetInt32())
            : FailureReasonMap.Narrow(new FailureReason(reason), input.Texts("supported")));
        Assert.Equal(expected.Texts("reasons"), mapped.Select(reason => reason.Wire));
    });
}
