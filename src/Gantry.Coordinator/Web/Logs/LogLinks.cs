using System.Buffers;

namespace Gantry.Coordinator.Web.Logs;

/// <summary>Finds http and https addresses in a line; no other scheme ever becomes a link.</summary>
internal static class LogLinks
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(c => (char)c), '"', '\'', '<', '>', '`', '\\', '|', '^', '{', '}', '\u007f', '\u00a0', '\ufffd']);

    /// <returns>Start and length of each address, in order.</returns>
    public static IReadOnlyList<(int Start, int Length)> Find(ReadOnlySpan<char> text)
    {
        if (text.IndexOf("://", StringComparison.Ordinal) < 0)
            return [];

        List<(int, int)> links = [];
        var from = 0;
        while (from < text.Length)
        {
            var mark = text[from..].IndexOf("://", StringComparison.Ordinal);
            if (mark < 0)
                break;
            mark += from;
            from = mark + 3;
            var start = SchemeStart(text[..mark]);
            if (start < 0)
                continue;

            var rest = text[from..];
            var end = rest.IndexOfAny(Ends);
            var length = Trimmed(end < 0 ? rest : rest[..end]);
            if (length == 0)
                continue;
            from += length;
            links.Add((start, from - start));
        }

        return links;
    }

    private static int SchemeStart(ReadOnlySpan<char> before)
    {
        var scheme = before.EndsWith("https", StringComparison.OrdinalIgnoreCase) ? 5
            : before.EndsWith("http", StringComparison.OrdinalIgnoreCase) ? 4 : 0;
        var start = before.Length - scheme;
        return scheme == 0 || (start > 0 && char.IsAsciiLetterOrDigit(before[start - 1])) ? -1 : start;
    }

    // Punctuation after an address belongs to the sentence; a closing bracket to the address only if it was opened there.
    private static int Trimmed(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var last = text[^1];
            var drop = last is '.' or ',' or ';' or ':' or '!' or '?'
                || (last == ')' && text.Count(')') > text.Count('('))
                || (last == ']' && text.Count(']') > text.Count('['));
            if (!drop)
                break;
            text = text[..^1];
        }

        return text.Length;
    }
}
