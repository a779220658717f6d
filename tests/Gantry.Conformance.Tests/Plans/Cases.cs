using System.Text;
using System.Text.Json;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>The tables of tests/conformance/runner as loops.</summary>
internal static class Cases
{
    /// <summary>Runs the cases of some tables of a file, collects what differs, and says how many ran.</summary>
    public static void Run(ITestOutputHelper output, string file, string[] tables, int count, Action<JsonElement, JsonElement> check)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "tests/conformance/runner", file + ".json")));
        var wrong = new List<string>();
        var ran = 0;
        foreach (var item in document.RootElement.GetProperty("cases").EnumerateArray()
            .Where(item => tables.Length == 0 || tables.Contains(item.GetProperty("table").GetString())))
        {
            ran++;
            try
            {
                check(item.GetProperty("input"), item.GetProperty("expected"));
            }
            catch (Xunit.Sdk.XunitException difference)
            {
                wrong.Add($"{item.GetProperty("name").GetString()}: {difference.Message}");
            }
        }

        output.WriteLine($"conformance: {file}/{string.Join('+', tables)} {ran}");
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        Assert.Equal(count, ran);
    }

    public static string Root { get; } = FindRoot();

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

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Gantry.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("no Gantry.slnx above the tests");
    }
}
