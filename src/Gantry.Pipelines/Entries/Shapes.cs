using System.Globalization;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary>The plain value shapes that keywords are made of. All of them complain through the scope and then answer a harmless value.</summary>
internal static class Shapes
{
    public const int MaxNesting = 10;

    /// <summary>Text of an attribute of a map; a number counts only where <paramref name="anyScalar"/> says so.</summary>
    public static string? Text(this Scope scope, YamlMap map, string key, bool anyScalar = false)
    {
        switch (map[key])
        {
            case null or YamlScalar { Kind: ScalarKind.Null }:
                return null;
            case YamlScalar scalar when anyScalar || scalar.Kind == ScalarKind.Text:
                return scalar.Text;
            case var other:
                scope.About(other, Words(key), "should be a string");
                return null;
        }
    }

    public static bool? Flag(this Scope scope, YamlMap map, string key)
    {
        switch (map[key])
        {
            case null or YamlScalar { Kind: ScalarKind.Null }:
                return null;
            case YamlScalar { Kind: ScalarKind.Boolean } scalar:
                return scalar.IsTrue;
            case var other:
                scope.About(other, Words(key), "should be a boolean value");
                return null;
        }
    }

    /// <summary>One of a few words.</summary>
    public static string? Choice(this Scope scope, YamlMap map, string key, params string[] allowed)
    {
        var node = map[key];
        if (node is null or { IsNull: true })
        {
            return null;
        }

        if (node is YamlScalar scalar && allowed.Contains(scalar.Text))
        {
            return scalar.Text;
        }

        scope.About(node, Words(key), $"should be one of: {string.Join(", ", allowed)}");
        return null;
    }

    /// <summary>An attribute that is a flat list of strings.</summary>
    public static IReadOnlyList<string>? Strings(this Scope scope, YamlMap map, string key)
    {
        switch (map[key])
        {
            case null or YamlScalar { Kind: ScalarKind.Null }:
                return null;
            case YamlList list when list.Items.All(item => item.AsText is not null):
                return [.. list.Items.Select(item => item.AsText!)];
            case var other:
                scope.About(other, Words(key), "should be an array of strings");
                return null;
        }
    }

    /// <summary>An entry of its own that is a list of strings, nested lists flattened.</summary>
    public static IReadOnlyList<string> StringList(this Scope scope, YamlNode? node, string complaint = "should be an array of strings")
    {
        if (node is null or { IsNull: true })
        {
            return [];
        }

        var result = new List<string>();
        if (node is not YamlList || !Flatten(node, 0, result))
        {
            scope.Config(node, complaint);
            return [];
        }

        return result;
    }

    /// <summary>One string or a flat list of them.</summary>
    public static IReadOnlyList<string>? OneOrMany(this Scope scope, YamlMap map, string key)
    {
        switch (map[key])
        {
            case null or YamlScalar { Kind: ScalarKind.Null }:
                return null;
            case YamlScalar { Kind: ScalarKind.Text } single:
                return [single.Text];
            case YamlList list when list.Items.All(item => item.AsText is not null):
                return [.. list.Items.Select(item => item.AsText!)];
            case var other:
                scope.About(other, Words(key), "should be an array of strings or a string");
                return null;
        }
    }

    /// <summary>Commands: a string, or lists of strings up to ten levels deep. Null when nothing is given.</summary>
    public static IReadOnlyList<string>? Script(this Scope scope, YamlNode? node)
    {
        if (node is null or { IsNull: true })
        {
            return null;
        }

        var result = new List<string>();
        if (Flatten(node, 0, result))
        {
            return result;
        }

        scope.Config(node, "should be a string or a nested array of strings up to 10 levels deep", ScriptHint(node));
        return [];
    }

    public static IReadOnlyList<int>? Integers(YamlNode? node) => node switch
    {
        YamlScalar { Kind: ScalarKind.Integer } one when TryInt(one, out var value) => [value],
        YamlList list when list.Items.All(item => item is YamlScalar { Kind: ScalarKind.Integer } scalar && TryInt(scalar, out _)) =>
            [.. list.Items.Select(item => int.Parse(((YamlScalar)item).Text, CultureInfo.InvariantCulture))],
        _ => null,
    };

    public static bool TryInt(YamlNode? node, out int value)
    {
        value = 0;
        return node is YamlScalar { Kind: ScalarKind.Integer } scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>An attribute's name as messages spell it.</summary>
    public static string Words(string key) => key.Replace('_', ' ');

    /// <summary>Items of nested lists, ten levels at most; false when something else than strings turns up.</summary>
    private static bool Flatten(YamlNode node, int depth, List<string> into)
    {
        switch (node)
        {
            case YamlScalar { Kind: ScalarKind.Text } text:
                into.Add(text.Text);
                return true;
            case YamlList list when depth < MaxNesting:
                foreach (var item in list.Items)
                {
                    if (!Flatten(item, depth + 1, into))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return false;
        }
    }

    // The trap everyone falls into once: an unquoted `echo "a: b"` is a map.
    private static string? ScriptHint(YamlNode node) => node switch
    {
        YamlMap map when map.Entries.Count > 0 => $"quote the command: an unquoted `{map.Entries[0].Key.Text}: …` is a map in YAML",
        YamlList list => list.Items.Select(ScriptHint).FirstOrDefault(hint => hint is not null),
        YamlScalar { Kind: not ScalarKind.Text } scalar => $"put quotes around {(scalar.Text.Length == 0 ? "the empty item" : scalar.Text)}",
        _ => null,
    };
}
