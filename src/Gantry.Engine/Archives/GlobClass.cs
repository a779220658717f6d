using System.Diagnostics.CodeAnalysis;

namespace Gantry.Engine.Archives;

/// <summary>A character class: <c>[abc]</c>, <c>[a-z]</c>, negated by <c>^</c> or <c>!</c>. A '-' at either end stands for itself.</summary>
internal sealed class GlobClass
{
    private readonly bool _negated;
    private readonly (int From, int To)[] _ranges;

    private GlobClass(bool negated, List<(int From, int To)> ranges)
    {
        _negated = negated;
        _ranges = [.. ranges];
    }

    public bool Contains(int character)
    {
        foreach (var (from, to) in _ranges)
        {
            if (from <= character && character <= to)
            {
                return !_negated;
            }
        }

        return _negated;
    }

    /// <summary>Reads from behind the '[' to behind the ']'.</summary>
    public static bool TryRead(ref GlobReader reader, [NotNullWhen(true)] out GlobClass? set)
    {
        set = null;
        var negated = reader.Skip('^') || reader.Skip('!');
        List<(int From, int To)> ranges = [];
        var canBeginRange = false;
        while (!reader.Skip(']'))
        {
            if (reader.AtEnd)
            {
                return false;
            }

            if (canBeginRange && reader.Skip('-'))
            {
                if (reader.Sees(']'))
                {
                    ranges.Add(('-', '-'));
                    continue;
                }

                if (!TryReadCharacter(ref reader, out var last))
                {
                    return false;
                }

                ranges[^1] = (ranges[^1].From, last);
                canBeginRange = false;
                continue;
            }

            if (!TryReadCharacter(ref reader, out var character))
            {
                return false;
            }

            ranges.Add((character, character));
            canBeginRange = true;
        }

        set = new GlobClass(negated, ranges);
        return ranges.Count > 0;
    }

    private static bool TryReadCharacter(ref GlobReader reader, out int character)
    {
        character = 0;
        reader.Skip('\\');
        if (reader.AtEnd)
        {
            return false;
        }

        character = reader.Next();
        return true;
    }
}
