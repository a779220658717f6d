using System.Text;
using System.Text.Json;
using Gantry.Runner.Configuration;
using Gantry.Runner.Configuration.Shapes;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>Walks tests/conformance/cli/reference.json: every documented key of config.toml, written into a file and read back.</summary>
public sealed class DocumentedKeys(ITestOutputHelper output)
{
    [Fact]
    public void Every_documented_key_is_read_with_its_type_and_in_any_case()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(CaseFile.Root, "tests/conformance/cli/reference.json")));
        var wrong = new List<string>();
        var all = 0;
        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            all++;
            var path = key.GetProperty("key").GetString()!;
            if (Problem(path.Split('.'), key.GetProperty("type").GetString()!) is { } problem)
            {
                wrong.Add($"{path}: {problem}");
            }
        }

        output.WriteLine($"conformance: config keys {all - wrong.Count}/{all}");
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static string? Problem(string[] path, string type)
    {
        if (Kind(path) is not { } kind)
        {
            return "no such key";
        }

        if (Sample(type, kind) is not { } sample)
        {
            return $"is a {kind}, documented as {type}";
        }

        try
        {
            foreach (var name in (string[])[path[^1], path[^1].ToUpperInvariant()])
            {
                var read = ConfigReader.Parse(Toml(path, name, sample.Value), "config.toml");
                if (read.UnknownKeys.Count > 0)
                {
                    return $"unknown: {string.Join(", ", read.UnknownKeys)}";
                }

                if (TablePaths.Find(read.Table, Indexed(path)) is null)
                {
                    return "was read, but is not there";
                }
            }
        }
        catch (ConfigurationException refused)
        {
            return refused.Message;
        }

        try
        {
            ConfigReader.Parse(Toml(path, path[^1], sample.Wrong), "config.toml");
            return $"takes {sample.Wrong}, which is of another type";
        }
        catch (ConfigurationException)
        {
            return null;
        }
    }

    private static ConfigKind? Kind(string[] path)
    {
        var shape = GlobalShape.Global;
        foreach (var name in path[..^1])
        {
            if (shape.Find(name)?.Shape is not { } inner)
            {
                return null;
            }

            shape = inner;
        }

        // The spelling counts: it is what saving writes.
        return shape.Keys.FirstOrDefault(key => key.Name == path[^1])?.Kind;
    }

    /// <summary>A value of the documented type and one that is not; null when the kind does not fit the type.</summary>
    private static (string Value, string Wrong)? Sample(string type, ConfigKind kind) => (type, kind) switch
    {
        ("string", ConfigKind.Text) or ("string (unset≠\"\")", ConfigKind.OptionalText) => ("\"text\"", "1"),
        ("integer", ConfigKind.Number) or ("integer (unset≠0)", ConfigKind.OptionalNumber) => ("7", "\"7\""),
        ("bool", ConfigKind.Boolean) or ("bool (unset≠false)", ConfigKind.OptionalBoolean) => ("true", "\"true\""),
        ("float", ConfigKind.Fraction) => ("1.5", "\"1.5\""),
        ("duration", ConfigKind.Duration) or ("duration (unset≠0)", ConfigKind.OptionalDuration) => ("\"1h30m\"", "\"soon\""),
        ("datetime", ConfigKind.Date) => ("2026-08-22T10:00:00Z", "\"today\""),
        ("array of string", ConfigKind.TextList) => ("[\"a\", \"b\"]", "\"a\""),
        ("array of integer", ConfigKind.NumberList) => ("[1, 2]", "[\"1\"]"),
        ("array of float", ConfigKind.FractionList) => ("[1.5, 2]", "[\"1\"]"),
        ("string or array of string", ConfigKind.TextOrList) => ("[\"always\", \"never\"]", "1"),
        ("table string→string", ConfigKind.TextMap) => ("{ abc = \"b\" }", "{ abc = 1 }"),
        ("table string→bool", ConfigKind.BooleanMap) => ("{ FF_X = true }", "{ FF_X = \"true\" }"),
        ("table string→integer", ConfigKind.NumberMap) => ("{ a = 1 }", "{ a = \"1\" }"),
        ("table string→array of string", ConfigKind.TextListMap) => ("{ a = [\"b\"] }", "{ a = \"b\" }"),
        ("free-form table", ConfigKind.FreeTable) => ("{ a = [1, \"b\", { c = true }] }", "1"),
        ("table", ConfigKind.Table) or ("empty table", ConfigKind.Table) => ("{}", "1"),
        ("array of tables", ConfigKind.Tables) => ("[{}]", "1"),
        _ => null,
    };

    private static string Toml(string[] path, string name, string value)
    {
        var text = new StringBuilder();
        var shape = GlobalShape.Global;
        for (var depth = 1; depth < path.Length; depth++)
        {
            var key = shape.Find(path[depth - 1])!;
            var header = string.Join('.', path[..depth]);
            text.Append(key.Kind == ConfigKind.Tables ? $"[[{header}]]\n" : $"[{header}]\n");
            shape = key.Shape!;
        }

        foreach (var needed in (shape.Required ?? []).Where(needed => needed != path[^1]))
        {
            text.Append($"{needed} = \"x\"\n");
        }

        return text.Append($"{name} = {value}\n").ToString();
    }

    private static string Indexed(string[] path)
    {
        var shape = GlobalShape.Global;
        var parts = new List<string>();
        foreach (var name in path)
        {
            var key = shape?.Find(name);
            parts.Add(key?.Kind == ConfigKind.Tables ? name + "[0]" : name);
            shape = key?.Shape;
        }

        return string.Join('.', parts);
    }
}
