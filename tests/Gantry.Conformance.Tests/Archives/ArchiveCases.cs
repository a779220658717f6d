using System.Text.Json;

namespace Gantry.Conformance.Tests.Archives;

/// <summary>Reading of the cases about archives.</summary>
internal static class ArchiveCases
{
    public static string Text(this JsonElement one, string name) => one.GetProperty(name).GetString()!;

    public static List<string> Texts(this JsonElement one, string name) =>
        one.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(text => text.GetString()!)] : [];
}
