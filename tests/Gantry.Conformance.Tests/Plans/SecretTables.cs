using System.Text.Json;
using Gantry.Conformance.Tests.Runner;
using Gantry.Engine.Plans;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>secrets-expansion.json.</summary>
public sealed class SecretTables
{
    [Fact]
    [Tables("secrets-expansion")]
    public Task Definitions_name_variables() => RunnerCases.Run(11, one =>
    {
        var variables = new JobVariables([.. one.Input.GetProperty("variables").EnumerateArray()
            .Select(v => new JobVariable { Key = v.Text("key")!, Value = v.Text("value")! })]);
        JsonElement? secrets = one.Input.Member("secrets");
        foreach (var expected in one.Expected.GetProperty("values").EnumerateObject())
        {
            var found = Find(secrets, expected.Name.Split('.', StringSplitOptions.RemoveEmptyEntries), variables);
            if (expected.Value.ValueKind == JsonValueKind.Null)
            {
                Assert.Null(found);
            }
            else if (expected.Value.GetString() == "*")
            {
                Assert.NotNull(found);
            }
            else
            {
                Assert.Equal(expected.Value.GetString(), found?.GetString());
            }
        }
    });

    private static JsonElement? Find(JsonElement? secrets, string[] path, JobVariables variables)
    {
        if (secrets is not { } at || path.Length == 0)
        {
            return null;
        }

        JsonElement? found = at.Member(path[0]) is { } definition ? SecretExpansion.Expand(definition, variables) : null;
        foreach (var step in path[1..])
        {
            found = found?.Member(step);
        }

        return found;
    }
}
