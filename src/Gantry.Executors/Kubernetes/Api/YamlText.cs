using System.Globalization;
using System.Text.Json.Nodes;
using SharpYaml;
using SharpYaml.Events;
using Scalar = SharpYaml.Events.Scalar;

namespace Gantry.Executors.Kubernetes.Api;

/// <summary>YAML as Kubernetes' tools read it: the values of JSON in another spelling. JSON itself is YAML as well.</summary>
internal sealed class YamlText
{
    private const int MaxDepth = 100;

    private const int MaxNodes = 100_000;

    private readonly IParser _parser;
    private readonly Dictionary<string, JsonNode?> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlText(IParser parser) => _parser = parser;

    /// <summary>The first document; null when it is blank.</summary>
    /// <exception cref="FormatException">It is no YAML.</exception>
    public static JsonNode? Parse(string text)
    {
        using var reader = new StringReader(text);
        try
        {
            return new YamlText(Parser.CreateParser(reader, MaxDepth, "")).Document();
        }
        catch (YamlException e)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {e.Start.Line + 1}: {Reason(e)}"), e);
        }
    }

    // The parser's message opens with its own position.
    private static string Reason(YamlException e)
    {
        var at = e.Message.LastIndexOf("): ", StringComparison.Ordinal);
        return at < 0 ? e.Message : e.Message[(at + 3)..];
    }

    private JsonNode? Document()
    {
        _parser.MoveNext();
        _parser.MoveNext();
        if (_parser.Current is StreamEnd)
        {
            return null;
        }

        _parser.MoveNext();
        var node = Node();
        while (_parser.MoveNext() && _parser.Current is not (StreamEnd or DocumentStart))
        {
        }

        return node;
    }

    private JsonNode? Node()
    {
        if (++_nodes > MaxNodes)
        {
            throw new FormatException("the YAML is too large");
        }

        return _parser.Current switch
        {
            AnchorAlias alias => _anchors.TryGetValue(alias.Value, out var known) ? Again(known) : throw new FormatException($"unknown alias *{alias.Value}"),
            Scalar scalar => Anchored(scalar, Value(scalar)),
            SequenceStart start => Anchored(start, Sequence()),
            MappingStart start => Anchored(start, Mapping()),
            _ => throw new FormatException("a value was expected"),
        };
    }

    /// <summary>What is shown again counts again.</summary>
    private JsonNode? Again(JsonNode? known)
    {
        _nodes += known?.ToJsonString().Length ?? 0;
        return _nodes > MaxNodes ? throw new FormatException("the YAML is too large") : known?.DeepClone();
    }

    private JsonNode? Anchored(NodeEvent source, JsonNode? node)
    {
        if (source.Anchor is { Length: > 0 } anchor)
        {
            _anchors[anchor] = node?.DeepClone();
        }

        return node;
    }

    private JsonArray Sequence()
    {
        var list = new JsonArray();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            list.Add(Node());
        }

        return list;
    }

    private JsonObject Mapping()
    {
        var map = new JsonObject();
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            var key = _parser.Current is Scalar scalar ? scalar.Value : throw new FormatException("keys of maps are plain texts");
            _parser.MoveNext();
            map[key] = Node();
        }

        return map;
    }

    private static JsonValue? Value(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag is { Length: > 0 })
        {
            return JsonValue.Create(scalar.Value);
        }

        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            var text when char.IsAsciiDigit(text[^1]) && double.TryParse(
                text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            var text => JsonValue.Create(text),
        };
    }
}
