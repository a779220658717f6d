using Gantry.Runner.Configuration.Shapes;

namespace Gantry.Runner.Configuration;

/// <summary>
/// The reference of <c>config.toml</c> as Markdown, made from the shapes that read the file: one table per TOML table, in the order
/// in which they are saved. <c>docs/configuration.md</c> is this text; a test holds them equal.
/// </summary>
public static class ConfigReference
{
    public static void Write(TextWriter writer)
    {
        writer.Write("# Configuration\n\n");
        writer.Write("Every key of `config.toml` that Gantry reads, made from the code by `gantry man config`. What a key means is as in the\n");
        writer.Write("official runner's documentation; [differences](differences.md) lists what is not. Key names match without regard to case, and\n");
        writer.Write("unknown keys are kept when the file is edited by a command; `gantry lint` names them.\n");
        WriteTable(writer, "The file", GlobalShape.Global, "");
    }

    private static void WriteTable(TextWriter writer, string title, ConfigShape shape, string path)
    {
        writer.Write($"\n## {title}\n\n| key | takes | flag of `register` | variable |\n|---|---|---|---|\n");
        var inner = new List<ConfigKey>();
        foreach (var key in shape.Keys)
        {
            if (key.Shape is not null)
            {
                inner.Add(key);
                continue;
            }

            var flags = string.Join(", ", key.Flags.Select(flag => $"`{flag}`"));
            writer.Write($"| `{key.Name}` | {Meaning(key)} | {flags} | {(key.Environment is { } name ? $"`{name}`" : "")} |\n");
        }

        foreach (var key in inner)
        {
            var full = path.Length > 0 ? $"{path}.{key.Name}" : key.Name;
            WriteTable(writer, key.Kind == ConfigKind.Tables ? $"`[[{full}]]`" : $"`[{full}]`", key.Shape!, full);
        }
    }

    private static string Meaning(ConfigKey key)
    {
        var kind = key.Kind switch
        {
            ConfigKind.Text or ConfigKind.OptionalText => "text",
            ConfigKind.Boolean or ConfigKind.OptionalBoolean => "true or false",
            ConfigKind.Number or ConfigKind.OptionalNumber => "whole number",
            ConfigKind.Fraction => "number",
            ConfigKind.Duration or ConfigKind.OptionalDuration => "duration such as `1h30m`",
            ConfigKind.Date => "date and time",
            ConfigKind.TextList => "list of texts",
            ConfigKind.NumberList => "list of whole numbers",
            ConfigKind.FractionList => "list of numbers",
            ConfigKind.TextOrList => "text, or list of texts",
            ConfigKind.TextMap => "table of texts",
            ConfigKind.BooleanMap => "table of true or false",
            ConfigKind.NumberMap => "table of whole numbers",
            ConfigKind.TextListMap => "table of lists of texts",
            _ => "table",
        };
        return kind + (key.DefaultText is { } text ? $", default `{text}`" : "") + (key.IsSecret ? ", secret" : "");
    }
}
