using Gantry.Conformance.Tests.Plans;
using Gantry.Runner.Configuration;
using Gantry.Runner.Sessions;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Sessions;

/// <summary>session-server.json: what does not belong to Kubernetes, the process wrapper or the job router. The refusals are in the runner's own tests.</summary>
public sealed class SessionTables
{
    [Fact]
    [Tables("session-server", "advertise")]
    public void Advertised_addresses() => Cases.Run(4, (input, expected) =>
    {
        var settings = new SessionServerSettings
        {
            ListenAddress = input.Text("listen_address"),
            AdvertiseAddress = input.Text("advertise_address"),
        };
        var usable = SessionAddress.TryGet(settings, out var url, out _);
        Assert.Equal(!expected.Flag("error"), usable);
        if (usable)
        {
            Assert.Equal(expected.Text("address"), url!.GetLeftPart(UriPartial.Authority));
        }
    });
}
