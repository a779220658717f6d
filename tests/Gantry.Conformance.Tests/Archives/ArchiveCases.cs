using System.Text.Json;

namespace Gantry.Conformance.Tests.Archives;

/// <summary>The cases of one table file of tests/conformance/runner, by table.</summary>
internal static class ArchiveCases
{
    public static List<JsonElement> Of(string file, params string[] tables)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), file)));
        return
        [
            .. document.RootElement.GetProperty("cases").EnumerateArray()
                .Where(one => tables.Contains(one.GetProperty("table").GetString())).Select(one => one.Clone()),
        ];
    }

    public static string Name(this JsonElement one) => one.GetProperty("name").GetString()!;

    public static string Text(this JsonElement one, string name) => one.GetProperty(name).GetString()!;

    public static List<string> Texts(this JsonElement one, string name) =>
        one.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(text => text.GetString()!)] : [];

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
