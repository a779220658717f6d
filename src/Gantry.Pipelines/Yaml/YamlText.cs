using System.Text;
using Gantry.Pipelines.Includes;

namespace Gantry.Pipelines.Yaml;

/// <summary>Writes nodes as YAML that reads back as the same nodes.</summary>
internal static class YamlText
{
    public static string Of(YamlNode node)
    {
        var text = new StringBuilder("---\n");
        Write(node, 0, text, isInline: false);
        return text.ToString();
    }

    private static void Write(YamlNode node, int indent, StringBuilder text, bool isInline)
    {
        switch (node)
        {
            case YamlMap { Entries.Count: > 0 } map:
                Map(map, indent, text, isInline);
                break;
            case YamlList { Items.Count: > 0 } list:
                Items(list, indent, text, isInline);
                break;
            case YamlMap:
                text.Append(isInline ? "{}\n" : " {}\n");
                break;
            case YamlList:
                text.Append(isInline ? "[]\n" : " []\n");
                break;
            case YamlReference reference:
                text.Append(isInline ? "" : " ").Append("!reference ").Append(reference.ToJson()).Append('\n');
                break;
            case YamlScalar scalar:
                text.Append(isInline ? "" : " ").Append(Scalar(scalar, indent)).Append('\n');
                break;
        }
    }

    private static void Map(YamlMap map, int indent, StringBuilder text, bool isInline)
    {
        if (!isInline && indent > 0)
        {
            text.Append('\n');
        }

        var isFirst = isInline;
        foreach (var (key, value) in map.Entries)
        {
            text.Append(' ', isFirst ? 0 : indent).Append(Key(key)).Append(':');
            isFirst = false;

            // A list stands below its key without further indent, as people write it.
            Write(value, value is YamlList ? indent : indent + 2, text, isInline: false);
        }
    }

    private static void Items(YamlList list, int indent, StringBuilder text, bool isInline)
    {
        if (!isInline && text[^1] == ':')
        {
            text.Append('\n');
        }

        var isFirst = isInline;
        foreach (var item in list.Items)
        {
            text.Append(' ', isFirst ? 0 : indent).Append("- ");
            isFirst = false;
            Write(item, indent + 2, text, isInline: true);
        }
    }

    private static string Key(YamlScalar key) =>
        key.Kind != ScalarKind.Text || IsPlain(key.Text) ? Scalar(key, 0) : new InputValue.Text(key.Text).ToJson();

    private static string Scalar(YamlScalar scalar, int indent)
    {
        if (scalar.Kind != ScalarKind.Text)
        {
            return scalar.Kind switch
            {
                ScalarKind.Null => "null",
                ScalarKind.Float when scalar.Text is "Infinity" or "-Infinity" or "NaN" =>
                    scalar.Text switch { "NaN" => ".nan", "Infinity" => ".inf", _ => "-.inf" },
                _ => scalar.Text,
            };
        }

        if (IsPlain(scalar.Text))
        {
            return scalar.Text;
        }

        return IsBlock(scalar.Text) ? Block(scalar.Text, indent) : new InputValue.Text(scalar.Text).ToJson();
    }

    private static bool IsPlain(string text) =>
        text.Length > 0
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] is '.' or '_' or '/' or '$' or '(')
        && !char.IsWhiteSpace(text[^1]) && text[^1] != ':'
        && text.All(c => c is >= ' ' and < '\u007f')
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
        && !text.StartsWith("---", StringComparison.Ordinal)
        && PlainScalar.Resolve(text, out var refused).Kind == ScalarKind.Text && refused is null;

    private static bool IsBlock(string text) =>
        text.Contains('\n', StringComparison.Ordinal) && text[0] is not (' ' or '\n' or '\t')
        && text.All(c => c is '\n' or '\t' or (>= ' ' and not '\u007f' and < '\u0080'))
        && text.Split('\n').All(line => line.Length == 0 || !char.IsWhiteSpace(line[^1]));

    private static string Block(string text, int indent)
    {
        var end = text.Length - text.TrimEnd('\n').Length;
        var block = new StringBuilder(end switch { 0 => "|-", 1 => "|", _ => "|+" });
        foreach (var line in (end > 0 ? text[..^1] : text).Split('\n'))
        {
            block.Append('\n');
            if (line.Length > 0)
            {
                block.Append(' ', Math.Max(2, indent)).Append(line);
            }
        }

        return block.ToString();
    }
}
