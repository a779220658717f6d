using System.Text;
using System.Text.Json;

namespace Gantry.Executors.Docker.Api;

/// <summary>Builds <c>?a=1&amp;b=2</c>; null values are left out.</summary>
internal static class Query
{
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parts)
        {
            if (value is not null)
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return text.ToString();
    }

    /// <summary>The engine's filter JSON: all of these labels, each <c>key</c> or <c>key=value</c>.</summary>
    public static string Labels(params IReadOnlyList<string> labels) => Filter("label", labels);

    public static string Filter(string name, params IReadOnlyList<string> values) => JsonSerializer.Serialize(
        new Dictionary<string, IReadOnlyList<string>> { [name] = values }, EngineJson.Default.IReadOnlyDictionaryStringIReadOnlyListString);
}
