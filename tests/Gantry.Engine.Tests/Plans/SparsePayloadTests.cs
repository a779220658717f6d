using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Protocol.Json;

namespace Gantry.Engine.Tests.Plans;

public sealed class SparsePayloadTests
{
    [Fact]
    public void A_payload_with_nothing_in_it_has_no_nulls()
    {
        var payload = JsonSerializer.Deserialize("""{"steps":[{}],"variables":[{}],"cache":[{}],"artifacts":[{}]}""", ProtocolJson.Default.JobPayload)!;

        Assert.Equal("", payload.Token);
        Assert.Equal("", payload.Run);
        Assert.Equal("", payload.Variables[0].Value);
        Assert.Equal("", payload.GitInfo.RepoUrl);
        Assert.Null(PayloadRules.ApplyRun(payload).Problem);
    }
}
