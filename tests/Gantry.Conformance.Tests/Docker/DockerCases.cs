using System.Text.Json;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>The cases of one table file of tests/conformance/runner.</summary>
internal static class DockerCases
{
    /// <param name="file">Such as <c>docker-volumes.json</c>.</param>
    /// <param name="tables">Empty for all.</param>
    public static IReadOnlyList<DockerCase> Of(string file, params string[] tables)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), file)));
        List<DockerCase> cases =
        [
            .. document.RootElement.GetProperty("cases").EnumerateArray()
                .Select(one => new DockerCase(one.GetProperty("name").GetString()!, one.GetProperty("table").GetString()!,
                    one.GetProperty("input").Clone(), one.GetProperty("expected").Clone()))
                .Where(one => tables.Length == 0 || tables.Contains(one.Table)),
        ];
        // All of them are run by the test that asked, or it fails.
        TestContext.Current.TestOutputHelper!.WriteLine($"conformance: {file}{(tables.Length == 0 ? "" : "/" + string.Join('+', tables))} {cases.Count}");
        return cases;
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Gantry.slnx")))
            {
                return Path.Combine(folder.FullName, "tests", "conformance", "runner");
            }
        }

        throw new InvalidOperationException("Gantry.slnx was not found above the test's folder.");
    }
}

internal sealed record DockerCase(string Name, string Table, JsonElement Input, JsonElement Expected)
{
    public string Operation => Text(Input, "operation") ?? "";

    public string? InputText(string name) => Text(Input, name);

    public string? ExpectedText(string name) => Text(Expected, name);

    public IReadOnlyList<string> InputList(string name) => List(Input, name);

    public IReadOnlyList<string> ExpectedList(string name) => List(Expected, name);

    public bool Expects(string name) => Expected.ValueKind == JsonValueKind.Object && Expected.TryGetProperty(name, out _);

    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static IReadOnlyList<string> List(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(e => e.GetString()!)] : [];

    public static Dictionary<string, string> Map(JsonElement element) => element.ValueKind != JsonValueKind.Object ? [] :
        element.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
}
