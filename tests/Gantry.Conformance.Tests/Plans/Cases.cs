using System.Text;
using System.Text.Json;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>The tables of tests/conformance/runner as loops.</summary>
internal static class Cases
{
    /// <summary>Runs the cases of the test's tables and collects what differs.</summary>
    public static void Run(int count, Action<JsonElement, JsonElement> check)
    {
        var wrong = new List<string>();
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            try
            {
                check(one.Input, one.Expected);
            }
            catch (Xunit.Sdk.XunitException difference)
            {
                wrong.Add($"{one.Name}: {difference.Message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Equal(count, cases.Count);
    }

    /// <summary>Text, also of a <c>base64</c> object; empty when null or absent.</summary>
    public static string Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? Text(value) : "";

    public static string Text(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString()!,
        JsonValueKind.Object => Encoding.Latin1.GetString(element.GetProperty("base64").GetBytesFromBase64()),
        JsonValueKind.Null => "",
        _ => element.GetRawText(),
    };

    public static bool Flag(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static bool Has(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public static List<string> Texts(this JsonElement element, string name) =>
        element.Has(name) ? [.. element.GetProperty(name).EnumerateArray().Select(item => item.Text())] : [];

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Has(name) ? element.GetProperty(name).EnumerateArray() : [];
}
