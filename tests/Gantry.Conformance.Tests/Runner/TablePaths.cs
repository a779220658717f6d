using System.Globalization;
using System.Text.Json;
using Gantry.Runner.Configuration;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>Reads configuration values by the paths of the data: <c>runners[0].docker.services[1].name</c>.</summary>
internal static class TablePaths
{
    /// <summary>Null when a table on the way is unset.</summary>
    public static object? Find(ConfigTable root, string path)
    {
        object? at = root;
        foreach (var step in Steps(path))
        {
            at = at switch
            {
                ConfigTable table when table.Shape.Find(step) is { } key => table[step] ?? Zero(key.Kind),
                ConfigTable => null,
                IReadOnlyList<ConfigTable> tables => tables.ElementAtOrDefault(Index(step)),
                IReadOnlyList<string> texts => texts.ElementAtOrDefault(Index(step)),
                IReadOnlyDictionary<string, string> map => map.GetValueOrDefault(step),
                IReadOnlyDictionary<string, bool> map => map.TryGetValue(step, out var value) ? value : null,
                IReadOnlyDictionary<string, object> map => map.GetValueOrDefault(step),
                _ => null,
            };
        }

        return at;
    }

    public static int Length(object? value) => value switch
    {
        null => 0,
        IReadOnlyList<ConfigTable> list => list.Count,
        IReadOnlyList<string> list => list.Count,
        IReadOnlyDictionary<string, string> map => map.Count,
        IReadOnlyDictionary<string, bool> map => map.Count,
        IReadOnlyDictionary<string, object> map => map.Count,
        ConfigTable table => table.Shape.Keys.Count(k => table[k.Name] is not null),
        string text => text.Length,
        _ => throw new InvalidOperationException($"a {value.GetType().Name} has no length"),
    };

    public static void AssertEqual(JsonElement expected, object? actual, string path)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null:
                Assert.True(actual is null || (actual is not string && Length(actual) == 0), $"{path}: expected nothing, got {actual}");
                break;
            case JsonValueKind.String when actual is DateTimeOffset date:
                Assert.Equal(expected.GetString(), date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                break;
            case JsonValueKind.String:
                Assert.Equal(expected.GetString(), actual as string);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.Equal(expected.GetBoolean(), actual as bool? ?? false);
                break;
            case JsonValueKind.Number:
                Assert.Equal(expected.GetDouble(), Number(actual));
                break;
            case JsonValueKind.Array:
                var items = expected.EnumerateArray().ToArray();
                Assert.True(items.Length == Length(actual), $"{path}: expected {items.Length} items, got {Length(actual)}");
                for (var i = 0; i < items.Length; i++)
                {
                    AssertEqual(items[i], actual is IReadOnlyList<string> texts ? texts[i] : ((IReadOnlyList<ConfigTable>)actual!)[i], $"{path}[{i}]");
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in expected.EnumerateObject())
                {
                    object? value = actual switch
                    {
                        ConfigTable table => table[property.Name] ?? Zero(table.Shape.Find(property.Name)!.Kind),
                        IReadOnlyDictionary<string, string> map => map.GetValueOrDefault(property.Name),
                        _ => null,
                    };
                    AssertEqual(property.Value, value, $"{path}.{property.Name}");
                }

                break;
        }
    }

    private static double Number(object? value) => value switch
    {
        null => 0,
        long number => number,
        double number => number,
        TimeSpan duration => duration.TotalNanoseconds,
        _ => throw new InvalidOperationException($"{value} is no number"),
    };

    private static object? Zero(ConfigKind kind) => kind switch
    {
        ConfigKind.Text => "",
        ConfigKind.Boolean => false,
        ConfigKind.Number => 0L,
        _ => null,
    };

    private static IEnumerable<string> Steps(string path)
    {
        var open = false;
        var step = "";
        foreach (var c in path + ".")
        {
            if (c is '.' or '[' && !open)
            {
                if (step.Length > 0)
                {
                    yield return step;
                }

                step = "";
            }
            else if (c != ']')
            {
                step += c;
            }
        }
    }

    private static int Index(string step) => int.Parse(step, CultureInfo.InvariantCulture);
}
