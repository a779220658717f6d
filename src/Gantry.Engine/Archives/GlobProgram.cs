using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Gantry.Engine.Archives;

/// <summary>
/// One pattern without braces as a non-deterministic automaton, one bit per node: no pattern makes it slow.
/// <code>
///   text  ?  [a]   one node: the character, then the next node
///   *              stays on any character but '/', or goes on at once
///   **/            two nodes: between segments (may go on), inside a segment (waits for the next '/')
///   ** at the end  takes everything
/// </code>
/// </summary>
internal sealed class GlobProgram
{
    private readonly Node[] _nodes;
    private readonly int _words;

    /// <summary>Index of the node at which a folder's own path ends: the '/' of a final <c>/**</c>. -1 when there is none.</summary>
    private readonly int _folderEnd;

    private GlobProgram(List<Node> nodes, int folderEnd, string literal)
    {
        _nodes = [.. nodes];
        _words = (_nodes.Length >> 6) + 1;
        _folderEnd = folderEnd;
        Literal = literal.Length > 0 && nodes.TrueForAll(node => node.Kind == Kind.Character) ? literal : null;

        // The last segment may go on with a special character, and of a wholly literal path it is the file.
        LiteralFolder = literal[..Math.Max(0, literal.LastIndexOf('/'))];
    }

    private enum Kind : byte
    {
        Character,
        AnyCharacter,
        Class,
        Star,
        BetweenSegments,
        InsideSegment,
        Everything,
    }

    /// <summary>The one path this matches; null when it has special characters.</summary>
    public string? Literal { get; }

    public string LiteralFolder { get; }

    public bool MatchesEverything => _nodes.Length == 1 && _nodes[0].Kind == Kind.Everything;

    public static bool TryCompile(string pattern, [NotNullWhen(true)] out GlobProgram? program)
    {
        program = null;
        var reader = new GlobReader(pattern);
        List<Node> nodes = [];
        var segmentStart = true;
        var folderEnd = EndsInEverything(pattern);
        var folderEndNode = -1;
        var literalNodes = 0;
        while (!reader.AtEnd)
        {
            if (reader.Skip(GlobBraces.AlternativeStart))
            {
                segmentStart = true;
                continue;
            }

            if (reader.Position == folderEnd)
            {
                folderEndNode = nodes.Count;
            }

            if (!TryReadNode(ref reader, nodes, ref segmentStart))
            {
                return false;
            }

            if (nodes[^1].Kind == Kind.Character && literalNodes == nodes.Count - 1)
            {
                literalNodes++;
            }
        }

        program = new GlobProgram(nodes, folderEndNode, TextOf(nodes.Take(literalNodes)));
        return true;
    }

    public bool Matches(ReadOnlySpan<char> path, bool isFolder)
    {
        Span<ulong> states = stackalloc ulong[_words <= 8 ? _words : 0];
        Span<ulong> next = stackalloc ulong[_words <= 8 ? _words : 0];
        if (_words > 8)
        {
            states = new ulong[_words];
            next = new ulong[_words];
        }

        return path.StartsWith(LiteralFolder, StringComparison.Ordinal)
            && Run(path, states, next)
            && (Has(states, _nodes.Length) || (isFolder && _folderEnd >= 0 && Has(states, _folderEnd)));
    }

    public bool CanMatchBelow(ReadOnlySpan<char> folder)
    {
        var states = new ulong[_words];
        var next = new ulong[_words];
        if (!Run(folder, states, next))
        {
            return false;
        }

        Array.Clear(next);
        Step(states, next, '/');
        next[_nodes.Length >> 6] &= ~(1UL << (_nodes.Length & 63));
        return next.AsSpan().ContainsAnyExcept(0UL);
    }

    /// <summary>Feeds the path; the states reached are in <paramref name="states"/>. False when none is left.</summary>
    private bool Run(ReadOnlySpan<char> path, Span<ulong> states, Span<ulong> next)
    {
        Add(states, 0);
        while (!path.IsEmpty)
        {
            // A lone surrogate stands for a byte that is not UTF-8 and is taken as a character of its own.
            var status = Rune.DecodeFromUtf16(path, out var rune, out var used);
            next.Clear();
            Step(states, next, status == System.Buffers.OperationStatus.Done ? rune.Value : path[0]);
            next.CopyTo(states);
            if (!states.ContainsAnyExcept(0UL))
            {
                return false;
            }

            path = path[used..];
        }

        return true;
    }

    private void Step(ReadOnlySpan<ulong> states, Span<ulong> next, int character)
    {
        for (var word = 0; word < states.Length; word++)
        {
            for (var bits = states[word]; bits != 0; bits &= bits - 1)
            {
                var index = (word << 6) + BitOperations.TrailingZeroCount(bits);
                if (index < _nodes.Length)
                {
                    StepNode(next, index, character);
                }
            }
        }
    }

    private void StepNode(Span<ulong> next, int index, int character)
    {
        var node = _nodes[index];
        switch (node.Kind)
        {
            case Kind.Character when character == node.Character:
            case Kind.AnyCharacter when character != '/':
            case Kind.Class when character != '/' && node.Class!.Contains(character):
                Add(next, index + 1);
                break;
            case Kind.Star when character != '/':
            case Kind.Everything:
                Add(next, index);
                break;
            case Kind.BetweenSegments:
                Add(next, character == '/' ? index : index + 1);
                break;
            case Kind.InsideSegment:
                Add(next, character == '/' ? index - 1 : index);
                break;
            default:
                break;
        }
    }

    private void Add(Span<ulong> states, int index)
    {
        while (true)
        {
            states[index >> 6] |= 1UL << (index & 63);
            if (index == _nodes.Length)
            {
                return;
            }

            switch (_nodes[index].Kind)
            {
                case Kind.Star or Kind.Everything:
                    index++;
                    break;
                case Kind.BetweenSegments:
                    index += 2;
                    break;
                default:
                    return;
            }
        }
    }

    private static bool Has(ReadOnlySpan<ulong> states, int index) => (states[index >> 6] & (1UL << (index & 63))) != 0;

    private static bool TryReadNode(ref GlobReader reader, List<Node> nodes, ref bool segmentStart)
    {
        if (reader.Skip('*'))
        {
            if (reader.Skip('*') && segmentStart)
            {
                if (reader.AtEnd)
                {
                    nodes.Add(new Node(Kind.Everything));
                    return true;
                }

                if (reader.SkipSlash())
                {
                    nodes.Add(new Node(Kind.BetweenSegments));
                    nodes.Add(new Node(Kind.InsideSegment));
                    return true;
                }
            }

            nodes.Add(new Node(Kind.Star));
            segmentStart = false;
            return true;
        }

        if (reader.Skip('?'))
        {
            nodes.Add(new Node(Kind.AnyCharacter));
            segmentStart = false;
            return true;
        }

        if (reader.Skip('['))
        {
            segmentStart = false;
            if (!GlobClass.TryRead(ref reader, out var set))
            {
                return false;
            }

            nodes.Add(new Node(Kind.Class, Class: set));
            return true;
        }

        if (reader.Skip('\\') && reader.AtEnd)
        {
            return false;
        }

        var character = reader.Next();
        nodes.Add(new Node(Kind.Character, character));
        segmentStart = character == '/';
        return true;
    }

    // A final `/**` or `/**/` also matches the folder itself, as long as the '/' is not part of an escape.
    private static int EndsInEverything(string pattern)
    {
        var tail = pattern.EndsWith("/**", StringComparison.Ordinal) ? 3 : pattern.EndsWith("/**/", StringComparison.Ordinal) ? 4 : 0;
        return tail == 0 ? -1 : pattern.Length - tail;
    }

    private static string TextOf(IEnumerable<Node> nodes)
    {
        var text = new StringBuilder();
        foreach (var node in nodes)
        {
            text.Append(Rune.IsValid(node.Character) ? new Rune(node.Character).ToString() : ((char)node.Character).ToString());
        }

        return text.ToString();
    }

    private readonly record struct Node(Kind Kind, int Character = 0, GlobClass? Class = null);
}
