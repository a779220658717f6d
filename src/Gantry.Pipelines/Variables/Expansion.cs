using System.Text;

namespace Gantry.Pipelines.Variables;

/// <summary>
/// References in a text: <c>$name</c>, <c>${name}</c> and <c>%name%</c>; <c>$$</c> and <c>%%</c> stay as they are, because the
/// shell or the runner takes them later.
/// </summary>
public static class Expansion
{
    public static bool MayHoldReferences(string text) => text.AsSpan().IndexOfAny('$', '%') >= 0;

    /// <summary>Replaces references; where <paramref name="valueOf"/> answers null the reference stays as written.</summary>
    public static string Expand(string text, Func<string, string?> valueOf)
    {
        if (!MayHoldReferences(text))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 32);
        for (var at = 0; at < text.Length;)
        {
            var (name, length) = ReferenceAt(text, at);
            if (length == 0)
            {
                result.Append(text[at++]);
                continue;
            }

            result.Append(name is null ? null : valueOf(name) ?? text.Substring(at, length));
            if (name is null)
            {
                result.Append(text, at, length);
            }

            at += length;
        }

        return result.ToString();
    }

    /// <summary>Names that a text refers to, in order, with repeats.</summary>
    public static IEnumerable<string> References(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var (name, length) = ReferenceAt(text, at);
            if (name is not null)
            {
                yield return name;
            }

            at += Math.Max(1, length);
        }
    }

    // Length 0: nothing special begins here. Name null: an escape.
    private static (string? Name, int Length) ReferenceAt(string text, int at)
    {
        var c = text[at];
        if (c is not ('$' or '%') || at + 1 >= text.Length)
        {
            return (null, 0);
        }

        if (text[at + 1] == c)
        {
            return (null, 2);
        }

        if (c == '$' && text[at + 1] == '{')
        {
            var end = NameEnd(text, at + 2);
            return end > at + 2 && end < text.Length && text[end] == '}' ? (text[(at + 2)..end], end + 1 - at) : (null, 0);
        }

        var stop = NameEnd(text, at + 1);
        if (stop == at + 1)
        {
            return (null, 0);
        }

        if (c == '$')
        {
            return (text[(at + 1)..stop], stop - at);
        }

        return stop < text.Length && text[stop] == '%' ? (text[(at + 1)..stop], stop + 1 - at) : (null, 0);
    }

    private static int NameEnd(string text, int from)
    {
        var at = from;
        while (at < text.Length && (char.IsAsciiLetter(text[at]) || text[at] == '_' || (at > from && char.IsAsciiDigit(text[at]))))
        {
            at++;
        }

        return at;
    }
}
