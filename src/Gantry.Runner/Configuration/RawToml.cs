using Tomlyn.Syntax;

namespace Gantry.Runner.Configuration;

/// <summary>A value as written, with its line. Tables, array elements and dotted keys are already put together.</summary>
/// <param name="Value">Text, long, double, bool, <see cref="DateTimeOffset"/>, a list of nodes or a <see cref="RawTable"/>.</param>
internal sealed record RawNode(object Value, int Line);

internal sealed class RawTable
{
    public Dictionary<string, RawNode> Items { get; } = new(StringComparer.Ordinal);
}

/// <summary>From the syntax tree to a tree of values. The syntax must be free of errors (duplicate keys are found by the parser).</summary>
internal static class RawToml
{
    public static RawTable Build(DocumentSyntax document)
    {
        var root = new RawTable();
        Fill(root, document.KeyValues);
        foreach (var table in document.Tables)
        {
            var path = Names(table.Name);
            var line = Line(table);
            var parent = Walk(root, path, path.Count - 1, line);
            Fill(table is TableArraySyntax ? Append(parent, path[^1], line) : Step(parent, path[^1], line), table.Items);
        }

        return root;
    }

    public static List<string> Names(KeySyntax? key)
    {
        var names = new List<string>();
        if (key?.Key is not null)
        {
            names.Add(Name(key.Key));
            foreach (var item in key.DotKeys)
            {
                names.Add(Name(item.Key));
            }
        }

        return names;
    }

    public static int Line(SyntaxNode node) => node.Span.Start.Line + 1;

    private static string Name(BareKeyOrStringValueSyntax? key) => key switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => "",
    };

    private static void Fill(RawTable target, SyntaxList<KeyValueSyntax> items)
    {
        foreach (var item in items)
        {
            Put(target, item);
        }
    }

    private static void Put(RawTable target, KeyValueSyntax item)
    {
        var path = Names(item.Key);
        if (path.Count > 0 && item.Value is not null)
        {
            var line = Line(item);
            Walk(target, path, path.Count - 1, line).Items[path[^1]] = new RawNode(Read(item.Value), line);
        }
    }

    private static RawTable Walk(RawTable from, List<string> path, int steps, int line)
    {
        for (var i = 0; i < steps; i++)
        {
            from = Step(from, path[i], line);
        }

        return from;
    }

    /// <summary>Into the table of that name, made when needed; of an array of tables the last one.</summary>
    private static RawTable Step(RawTable parent, string name, int line)
    {
        if (parent.Items.TryGetValue(name, out var node))
        {
            return node.Value switch
            {
                RawTable table => table,
                List<RawNode> { Count: > 0 } list when list[^1].Value is RawTable last => last,
                _ => new RawTable(),
            };
        }

        var made = new RawTable();
        parent.Items[name] = new RawNode(made, line);
        return made;
    }

    private static RawTable Append(RawTable parent, string name, int line)
    {
        if (!parent.Items.TryGetValue(name, out var node) || node.Value is not List<RawNode> list)
        {
            list = [];
            parent.Items[name] = new RawNode(list, line);
        }

        var made = new RawTable();
        list.Add(new RawNode(made, line));
        return made;
    }

    private static object Read(ValueSyntax value)
    {
        switch (value)
        {
            case StringValueSyntax text:
                return text.Value ?? "";
            case IntegerValueSyntax integer:
                return integer.Value;
            case FloatValueSyntax number:
                return number.Value;
            case BooleanValueSyntax boolean:
                return boolean.Value;
            case DateTimeValueSyntax date:
                return date.Value.DateTime;
            case ArraySyntax array:
                var list = new List<RawNode>();
                foreach (var item in array.Items)
                {
                    if (item.Value is not null)
                    {
                        list.Add(new RawNode(Read(item.Value), Line(item)));
                    }
                }

                return list;
            case InlineTableSyntax inline:
                var table = new RawTable();
                foreach (var item in inline.Items)
                {
                    if (item.KeyValue is not null)
                    {
                        Put(table, item.KeyValue);
                    }
                }

                return table;
            default:
                throw new InvalidOperationException($"a {value.Kind} is no value");
        }
    }
}
