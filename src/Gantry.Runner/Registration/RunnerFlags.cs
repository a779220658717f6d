using System.Globalization;
using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Runner.Configuration;
using Gantry.Runner.Configuration.Shapes;

namespace Gantry.Runner.Registration;

/// <summary>
/// The flags that <c>register</c> and <c>run-single</c> have for the keys of a runner entry: derived from the keys, as
/// the official runner derives them from its own (official-cli-config §1.2.3).
/// </summary>
public static class RunnerFlags
{
    /// <summary>In the order of the keys. Some hundred.</summary>
    public static IReadOnlyList<RunnerFlag> All { get; } = [.. Collect(RunnerShape.Runner, [])];

    /// <summary>An entry without values, to be filled by <see cref="RunnerFlag.Apply"/>.</summary>
    public static ConfigTable NewEntry() => new(RunnerShape.Runner);

    private static IEnumerable<RunnerFlag> Collect(ConfigShape shape, IReadOnlyList<string> path)
    {
        foreach (var key in shape.Keys)
        {
            if (key.Flags.Count > 0)
            {
                yield return new RunnerFlag(path, key);
            }

            if (key.Kind == ConfigKind.Table)
            {
                foreach (var flag in Collect(key.Shape!, [.. path, key.Name]))
                {
                    yield return flag;
                }
            }
        }
    }
}

/// <summary>One flag and the key it sets.</summary>
/// <param name="Path">Tables to go through, such as <c>docker</c>.</param>
/// <param name="Key">Names, variable and kind.</param>
public sealed record RunnerFlag(IReadOnlyList<string> Path, ConfigKey Key)
{
    /// <summary>Takes no separate value: <c>--x</c> or <c>--x=false</c>. Three-state booleans do take one.</summary>
    public bool IsSwitch => Key.Kind == ConfigKind.Boolean;

    /// <summary>Each occurrence adds to the ones before.</summary>
    public bool Accumulates => Key.Kind is ConfigKind.TextList or ConfigKind.NumberList or ConfigKind.TextMap or ConfigKind.BooleanMap
        or ConfigKind.NumberMap or ConfigKind.TextListMap;

    /// <summary>Sets the key from a flag's or variable's text. Returns what is wrong with the text, or null.</summary>
    public string? Apply(ConfigTable entry, string text)
    {
        var table = Path.Aggregate(entry, (at, name) => at.Grow(name));
        var (value, problem) = Parse(table, text);
        if (problem is null)
        {
            table.Set(Key.Name, value!);
        }

        return problem;
    }

    private (object? Value, string? Problem) Parse(ConfigTable table, string text) => Key.Kind switch
    {
        ConfigKind.Text or ConfigKind.OptionalText => (text, null),
        ConfigKind.Boolean or ConfigKind.OptionalBoolean => Boolean(text) is { } boolean ? (boolean, null) : Wrong(text, "true or false"),
        ConfigKind.Number or ConfigKind.OptionalNumber => Number(text) is { } number ? (number, null) : Wrong(text, "an integer"),
        ConfigKind.Fraction => double.TryParse(text, CultureInfo.InvariantCulture, out var fraction) ? (fraction, null) : Wrong(text, "a number"),
        ConfigKind.Duration or ConfigKind.OptionalDuration =>
            GoDuration.TryParse(text, out var duration) ? (duration, null) : Wrong(text, "a duration such as 1h30m"),
        ConfigKind.TextList => ((List<string>)[.. table.TextList(Key.Name), text], null),
        ConfigKind.NumberList => Number(text) is { } item ? ((List<long>)[.. table.NumberList(Key.Name), item], null) : Wrong(text, "an integer"),
        ConfigKind.TextOrList => (Comma(text), null),
        ConfigKind.TextMap => Entry(text) is var (key, value) ? (With(table.TextMap(Key.Name), key, value), null) : Wrong(text, "KEY:VALUE"),
        ConfigKind.BooleanMap => Entry(text) is var (key, value) && Boolean(value) is { } on
            ? (With(table.BooleanMap(Key.Name), key, on), null)
            : Wrong(text, "KEY:true or KEY:false"),
        ConfigKind.NumberMap => Entry(text) is var (key, value) && Number(value) is { } amount
            ? (With(table.NumberMap(Key.Name), key, amount), null)
            : Wrong(text, "KEY:NUMBER"),
        ConfigKind.TextListMap => Entry(text) is var (key, value)
            ? (With(table.TextListMap(Key.Name), key, (IReadOnlyList<string>)[value]), null)
            : Wrong(text, "KEY:VALUE"),
        ConfigKind.Tables => JsonTables(text),
        _ => throw new InvalidOperationException($"a {Key.Kind} has no flag"),
    };

    private static (object?, string?) Wrong(string text, string wanted) => (null, $"\"{text}\" is not {wanted}");

    /// <summary>Go's ParseBool.</summary>
    private static bool? Boolean(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Split at the first colon; the official help text says "=", which does not work there either.</summary>
    private static (string Key, string Value)? Entry(string text) =>
        text.Split(':', 2) is [var key, var value] ? (key, value) : null;

    private static List<string> Comma(string text) =>
        text.Length == 0 ? [] : [.. text.Split(',').Select(part => part.Trim())];

    private static Dictionary<string, T> With<T>(IReadOnlyDictionary<string, T> map, string key, T value) =>
        new(map, StringComparer.Ordinal) { [key] = value };

    private (object?, string?) JsonTables(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var tables = new List<ConfigTable>();
            foreach (var element in document.RootElement.EnumerateArray())
            {
                var table = new ConfigTable(Key.Shape!);
                foreach (var property in element.EnumerateObject())
                {
                    if (Key.Shape!.Find(property.Name) is { } key)
                    {
                        table.Set(key.Name, key.Kind == ConfigKind.TextList
                            ? property.Value.EnumerateArray().Select(item => item.GetString() ?? "").ToList()
                            : property.Value.GetString() ?? "");
                    }
                }

                tables.Add(table);
            }

            return (tables, null);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return Wrong(text, "a JSON array of objects");
        }
    }
}
