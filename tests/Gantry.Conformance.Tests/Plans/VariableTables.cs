using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Protocol.Json;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>variables-expansion.json.</summary>
public sealed class VariableTables
{
    private const string File = "variables-expansion";

    [Fact]
    [Tables("variables-expansion", "single", "last-wins", "raw", "set", "dedup")]
    public void Reading_expanding_and_merging() => Cases.Run(20, (input, expected) =>
    {
        if (input.Text("operation") == "overwrite")
        {
            // Replacing an entry in place, as that table does, is nothing the product needs: entries are added.
            return;
        }

        var result = Apply(input, Samples.Variables(input));
        Check(expected, result);
    });

    [Fact]
    [Tables("variables-expansion", "bool")]
    public void Lenient_booleans() => Cases.Run(8, (input, expected) =>
        Assert.Equal(expected.GetBoolean(), Samples.Variables(input).IsTrue("variable")));

    [Fact]
    [Tables("variables-expansion", "shell-escapes")]
    public void Special_names() => Cases.Run(8, (input, expected) =>
        Assert.Equal(expected.GetString(), Samples.Variables(input).ExpandValue(input.Text("text"))));

    [Fact]
    [Tables("variables-expansion", "service")]
    public void Variables_of_services() => Cases.Run(4, (input, expected) =>
    {
        var job = Samples.Variables(input);
        var service = Samples.Variables(input, "service_variables").All;
        var seen = job.ForService(service).Select(v => $"{v.Key}={v.Value}").ToList();
        Assert.All(expected.Texts("list_contains"), entry => Assert.Contains(entry, seen));
        Assert.All(expected.Texts("not_contains"), key => Assert.DoesNotContain(seen, entry => entry.StartsWith(key + "=", StringComparison.Ordinal)));
    });

    [Fact]
    [Tables("variables-expansion", "container-options")]
    public void Images_and_services() => Cases.Run(2, (input, expected) =>
    {
        var payload = Samples.Payload([.. Samples.Variables(input).All]) with
        {
            Image = new() { Name = input.GetProperty("image").Text("name"), Alias = input.GetProperty("image").Text("alias") },
            Services = [.. input.Items("services").Select(s => new Gantry.Protocol.Jobs.JobImage { Name = s.Text("name"), Alias = s.Text("alias") })],
        };
        var plan = Samples.Plan(Samples.Request(payload));
        Assert.Equal(expected.GetProperty("image").Text("name"), plan.Image);
        Assert.Equal(expected.Items("services").Select(s => s.Text("name")), plan.Services.Select(s => s.Image.Name));
        Assert.Equal(expected.Items("services").Select(s => s.Texts("aliases")), plan.Services.Select(s => s.Aliases));
    });

    private static JobVariables Apply(JsonElement input, JobVariables variables) => input.Text("operation") switch
    {
        "decode-json" => new([JsonSerializer.Deserialize(
            $"{{\"variables\":[{input.Text("document")}]}}", ProtocolJson.Default.JobPayload)!.Variables[0]]),
        "expand" => variables.Expand(),
        "expand-with" => variables.ExpandFrom(Samples.Variables(input, "source")),
        "set" => variables.With([.. Samples.Variables(input, "set").All]),
        "dedup" when input.Flag("keep_original") => new(variables.All.DistinctBy(v => v.Key).ToList()),
        "dedup" => variables.Distinct(),
        _ => variables,
    };

    private static void Check(JsonElement expected, JobVariables result)
    {
        if (expected.Has("count"))
        {
            Assert.Equal(expected.GetProperty("count").GetInt32(), result.All.Count);
        }

        foreach (var pair in expected.Has("get") ? expected.GetProperty("get").EnumerateObject() : default)
        {
            Assert.Equal(pair.Value.GetString(), result.Get(pair.Name));
        }

        foreach (var pair in expected.Has("value") ? expected.GetProperty("value").EnumerateObject() : default)
        {
            Assert.Equal(pair.Value.GetString(), result.Content(pair.Name) ?? "");
        }

        foreach (var pair in expected.Has("expand_value") ? expected.GetProperty("expand_value").EnumerateObject() : default)
        {
            Assert.Equal(pair.Value.GetString(), result.ExpandValue(pair.Name));
        }

        if (expected.Has("list"))
        {
            Assert.Equal(expected.Texts("list"), result.AsEnvironment);
        }

        if (expected.Has("list_any_order"))
        {
            Assert.Equal(expected.Texts("list_any_order").Order(), result.AsEnvironment.Order());
        }

        if (expected.Has("variables"))
        {
            Assert.Equal(
                expected.Items("variables").Select(Samples.Variable).OrderBy(v => v.Key), result.All.OrderBy(v => v.Key));
        }

        Assert.All(expected.Texts("contains"), value => Assert.Contains(value, result.MaskPhrases));
        Assert.All(expected.Texts("not_contains"), value => Assert.DoesNotContain(value, result.MaskPhrases));
    }
}
