using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Protocol.Json;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>job-inputs.json.</summary>
public sealed class InputTables
{
    [Fact]
    [Tables("job-inputs")]
    public void Inputs_of_jobs() => Cases.Run(14, (input, expected) =>
    {
        var payload = JsonSerializer.Deserialize($"{{\"inputs\":{input.GetProperty("inputs").GetRawText()}}}", ProtocolJson.Default.JobPayload)!;
        if (expected.Has("keys"))
        {
            Assert.Equal(expected.Texts("keys"), payload.Inputs.Select(i => i.Key));
        }

        if (expected.Has("sensitive"))
        {
            Assert.Equal(expected.GetProperty("sensitive").EnumerateArray().Select(s => s.GetBoolean()), payload.Inputs.Select(i => i.Value.Sensitive));
        }

        var text = input.Has("text") ? input.Text("text") : "";
        payload = payload with { Steps = [new() { Name = "script", Script = [text] }] };
        var (applied, problem) = JobInputs.Apply(payload);
        if (expected.Has("error"))
        {
            Assert.Equal(expected.Text("error"), problem);
        }
        else if (expected.Flag("sensitive_error"))
        {
            Assert.Contains("sensitive inputs are unsupported in interpolations yet", problem, StringComparison.Ordinal);
        }
        else
        {
            Assert.Null(problem);
            Assert.Equal(expected.Has("text") ? expected.Text("text") : text, applied.Steps[0].Script[0]);
        }
    });
}
