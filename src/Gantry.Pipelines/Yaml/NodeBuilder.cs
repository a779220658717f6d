using System.Globalization;
using Gantry.Pipelines.Problems;
using SharpYaml;
using SharpYaml.Events;
using Scalar = SharpYaml.Events.Scalar;

namespace Gantry.Pipelines.Yaml;

/// <summary>
/// Turns parser events into nodes: anchors and merge keys are resolved in the override order of Psych, <c>!reference</c>
/// stays as a node, any other tag is refused. A size and a depth limit stop alias bombs.
/// </summary>
internal sealed class NodeBuilder
{
    /// <summary>GitLab's default for the parsed structure.</summary>
    public const long MaxWeight = 2 * 1024 * 1024;

    public const int MaxDepth = 200;

    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly IParser _parser;
    private readonly string _file;
    private readonly Func<int, int> _lineOf;
    private readonly ProblemList _problems;

    private NodeBuilder(IParser parser, string file, Func<int, int> lineOf, ProblemList problems)
    {
        _parser = parser;
        _file = file;
        _lineOf = lineOf;
        _problems = problems;
    }

    /// <summary>The one document of a text, or null when it is blank or broken.</summary>
    /// <param name="text">One document.</param>
    /// <param name="file">Name in messages.</param>
    /// <param name="lineOf">Line of the text, from 1, to line of the file.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static YamlNode? Build(string text, string file, Func<int, int> lineOf, ProblemList problems)
    {
        using var reader = new StringReader(text);
        try
        {
            var builder = new NodeBuilder(Parser.CreateParser(reader, MaxDepth, file), file, lineOf, problems);
            return builder.Document();
        }
        catch (YamlException broken)
        {
            var mark = new Mark(file, lineOf(broken.Start.Line + 1), broken.Start.Column + 1);
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"Invalid YAML: {Reason(broken)} at line {mark.Line} column {mark.Column}"), mark);
            return null;
        }
        catch (RefusedYamlException refused)
        {
            problems.Add(refused.Message, refused.Mark);
            return null;
        }
    }

    // The parser's message opens with its own position, which does not know of a header above the text.
    private static string Reason(YamlException broken)
    {
        var at = broken.Message.LastIndexOf("): ", StringComparison.Ordinal);
        return (at < 0 ? broken.Message : broken.Message[(at + 3)..]).TrimEnd('.');
    }

    private YamlNode? Document()
    {
        _parser.MoveNext();
        _parser.MoveNext();
        if (_parser.Current is StreamEnd)
        {
            return null;
        }

        _parser.MoveNext();
        var root = Node();
        while (_parser.MoveNext() && _parser.Current is not (StreamEnd or DocumentStart))
        {
        }

        return root;
    }

    private YamlNode Node()
    {
        switch (_parser.Current)
        {
            case AnchorAlias alias:
                return _anchors.TryGetValue(alias.Value, out var known)
                    ? known
                    : throw new RefusedYamlException($"Unknown alias: {alias.Value}", MarkOf(alias));
            case Scalar scalar:
                return Anchored(scalar, ScalarNode(scalar));
            case SequenceStart start:
                return Anchored(start, Sequence(start));
            case MappingStart start:
                RefuseTag(start);
                return Anchored(start, Mapping(start));
            default:
                throw new RefusedYamlException("Invalid YAML: a value was expected", MarkOf(_parser.Current!));
        }
    }

    private YamlNode Anchored(NodeEvent source, YamlNode node)
    {
        if (node.Weight > MaxWeight)
        {
            throw new RefusedYamlException("The parsed YAML is too big", node.Mark);
        }

        if (source.Anchor is { Length: > 0 } anchor)
        {
            _anchors[anchor] = node;
        }

        return node;
    }

    private YamlScalar ScalarNode(Scalar scalar)
    {
        var mark = MarkOf(scalar);
        if (scalar.Tag is "tag:yaml.org,2002:str" or "!")
        {
            return YamlScalar.OfText(scalar.Value, mark);
        }

        RefuseTag(scalar);
        if (scalar.Style != ScalarStyle.Plain)
        {
            return YamlScalar.OfText(scalar.Value, mark);
        }

        var (kind, text) = PlainScalar.Resolve(scalar.Value, out var refusedClass);
        if (refusedClass is not null)
        {
            _problems.Add($"Tried to load unspecified class: {refusedClass}", mark, $"put quotes around {scalar.Value}");
        }

        return new YamlScalar(text, kind, mark);
    }

    private YamlNode Sequence(SequenceStart start)
    {
        var mark = MarkOf(start);
        var isReference = start.Tag == "!reference";
        if (!isReference)
        {
            RefuseTag(start);
        }

        var items = new List<YamlNode>();
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            items.Add(Node());
        }

        return isReference ? new YamlReference(items, mark) : new YamlList(items, mark);
    }

    private YamlMap Mapping(MappingStart start)
    {
        var entries = new List<KeyValuePair<YamlScalar, YamlNode>>();
        var own = new HashSet<string>(StringComparer.Ordinal);
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            if (Node() is not YamlScalar key)
            {
                throw new RefusedYamlException("Invalid YAML: a key must be a scalar", MarkOf(_parser.Current!));
            }

            _parser.MoveNext();
            var value = Node();
            if (key.Text == "<<" && Merged(value) is { } merged)
            {
                entries.AddRange(merged);
                continue;
            }

            if (!own.Add(key.Text))
            {
                _problems.Warn($"key `{key.Text}` is given twice in one map; the last one counts", key.Mark);
            }

            entries.Add(new(key, value));
        }

        return new YamlMap(entries, MarkOf(start));
    }

    // Psych merges at the place of the `<<` key: keys above it lose, keys below it win; in a list the first map wins.
    private static IEnumerable<KeyValuePair<YamlScalar, YamlNode>>? Merged(YamlNode value) => value switch
    {
        YamlMap map => map.Entries,
        YamlList list when list.Items.All(item => item is YamlMap) => list.Items.Reverse().SelectMany(item => ((YamlMap)item).Entries),
        _ => null,
    };

    private void RefuseTag(NodeEvent source)
    {
        if (source.Tag is { Length: > 0 } tag and not "!" && !tag.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal))
        {
            throw new RefusedYamlException($"Tried to load unspecified class: the tag {tag} is not allowed, only !reference is", MarkOf(source));
        }
    }

    private Mark MarkOf(ParsingEvent source) => new(_file, _lineOf(source.Start.Line + 1), source.Start.Column + 1);
}
