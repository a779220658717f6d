using System.Diagnostics.CodeAnalysis;

namespace Gantry.Engine.Archives;

/// <summary>
/// Turns <c>a/{b,c}</c> into <c>a/b</c> and <c>a/c</c>, so that what follows knows no braces. Escapes and classes are passed
/// through. The start of every alternative is marked: doublestar lets <c>**</c> span folders there.
/// </summary>
internal static class GlobBraces
{
    /// <summary>Stands where an alternative begins. Not a character a file name can hold.</summary>
    public const char AlternativeStart = '\0';

    /// <summary>A job's pattern must not fill the memory: ten groups of two are 1,024 already.</summary>
    private const int MostAlternatives = 4096;

    public static bool TryExpand(string pattern, [NotNullWhen(true)] out List<string>? alternatives)
    {
        alternatives = null;
        if (pattern.Contains(AlternativeStart))
        {
            return false;
        }

        List<string> done = [];
        Stack<string> open = new([pattern]);
        while (open.TryPop(out var next))
        {
            if (!TryFindGroup(next, out var group))
            {
                return false;
            }

            if (group is null)
            {
                done.Add(next);
            }
            else
            {
                foreach (var choice in group.Choices)
                {
                    open.Push(string.Concat(next.AsSpan(0, group.Start), [AlternativeStart], choice, next.AsSpan(group.End)));
                }
            }

            if (done.Count + open.Count > MostAlternatives)
            {
                return false;
            }
        }

        alternatives = done;
        return true;
    }

    private static bool TryFindGroup(string text, out Group? group)
    {
        group = null;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    i = EndOfClass(text, i);
                    break;
                case '{':
                    group = ReadGroup(text, i);
                    return group is not null;
                default:
                    break;
            }
        }

        return true;
    }

    private static Group? ReadGroup(string text, int start)
    {
        List<string> choices = [];
        var depth = 0;
        var choiceStart = start + 1;
        for (var i = start; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    i = EndOfClass(text, i);
                    break;
                case '{':
                    depth++;
                    break;
                case ',' when depth == 1:
                    choices.Add(text[choiceStart..i]);
                    choiceStart = i + 1;
                    break;
                case '}' when --depth == 0:
                    choices.Add(text[choiceStart..i]);
                    return new Group(start, i + 1, choices);
                default:
                    break;
            }
        }

        return null;
    }

    // An unclosed class is found, and refused, by the compiler of the expanded pattern.
    private static int EndOfClass(string text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ']')
            {
                return i;
            }
        }

        return text.Length;
    }

    private sealed record Group(int Start, int End, List<string> Choices);
}
