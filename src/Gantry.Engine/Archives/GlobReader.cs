using System.Buffers;
using System.Text;

namespace Gantry.Engine.Archives;

/// <summary>Walks a pattern by characters (code points; a lone surrogate counts as one).</summary>
internal ref struct GlobReader(string pattern)
{
    private readonly ReadOnlySpan<char> _text = pattern;

    public int Position { get; private set; }

    public readonly bool AtEnd => Position >= _text.Length;

    public readonly bool Sees(char character) => !AtEnd && _text[Position] == character;

    public bool Skip(char character)
    {
        if (!Sees(character))
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>A '/', also when it is the first character of what follows an alternative.</summary>
    public bool SkipSlash() => Skip('/');

    public int Next()
    {
        var status = Rune.DecodeFromUtf16(_text[Position..], out var rune, out var used);
        var character = status == OperationStatus.Done ? rune.Value : _text[Position];
        Position += used;
        return character;
    }
}
