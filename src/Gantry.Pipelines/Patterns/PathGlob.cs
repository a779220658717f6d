using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Pipelines.Patterns;

/// <summary>
/// Globs of <c>changes</c>, <c>exists</c> and <c>include</c>: Ruby's <c>fnmatch</c> with path, dot and brace rules. <c>*</c>
/// stays inside a folder, <c>**/</c> crosses any number of them, <c>{a,b}</c> and <c>[…]</c> work, leading dots match.
/// </summary>
internal static class PathGlob
{
    private const int CacheSize = 5_000;

    // A line of braces has 2^n readings: beyond this many they are not written out.
    private const int MaxReadings = 500;

    private static readonly ConcurrentDictionary<string, Regex> Cache = new(StringComparer.Ordinal);

    public static bool HasWildcard(string pattern) => pattern.AsSpan().IndexOfAny("*?[{") >= 0;

    public static bool IsMatch(string pattern, string path) => Compile(pattern).IsMatch(path);

    public static Regex Compile(string pattern)
    {
        if (Cache.TryGetValue(pattern, out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        var readings = Braces(pattern).Take(MaxReadings + 1).ToList();
        var text = readings.Count > MaxReadings ? Nested(pattern, atStart: true) : string.Join('|', readings.Select(reading => Translate(reading)));
        return Cache[pattern] = new Regex($@"\A(?:{text})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    /// <summary>
    /// As long as the pattern itself, whatever its braces multiply to. What follows a brace counts as the begin of a segment only
    /// when every alternative ends with one.
    /// </summary>
    private static string Nested(string pattern, bool atStart)
    {
        if (Parts(pattern) is not var (head, parts, tail))
        {
            return Translate(pattern, atStart);
        }

        var begins = head.Length == 0 ? atStart : head[^1] == '/';
        var goesOn = parts.All(part => part.Length == 0 ? begins : part[^1] == '/');
        return $"{Translate(head, atStart)}(?:{string.Join('|', parts.Select(part => Nested(part, begins)))}){Nested(tail, goesOn)}";
    }

    /// <summary>All readings of <c>{a,b}</c>, nested ones too, one after the other. An unclosed brace is a plain character.</summary>
    private static IEnumerable<string> Braces(string pattern) => Parts(pattern) is var (head, parts, tail)
        ? parts.SelectMany(part => Braces(head + part + tail))
        : [pattern];

    /// <summary>The first brace: what stands before it, its alternatives, what stands behind it; null when there is none.</summary>
    private static (string Head, IReadOnlyList<string> Parts, string Tail)? Parts(string pattern)
    {
        var open = -1;
        var depth = 0;
        var commas = new List<int>();
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '\\':
                    at++;
                    break;
                case '{' when depth++ == 0:
                    open = at;
                    commas = [at];
                    break;
                case ',' when depth == 1:
                    commas.Add(at);
                    break;
                case '}' when depth > 0 && --depth == 0:
                    commas.Add(at);
                    return (pattern[..open], [.. commas.Zip(commas.Skip(1), (from, to) => pattern[(from + 1)..to])], pattern[(at + 1)..]);
            }
        }

        return null;
    }

    /// <param name="pattern">Without braces.</param>
    /// <param name="atStart">A segment begins with it.</param>
    private static string Translate(string pattern, bool atStart = true)
    {
        var text = new StringBuilder();
        for (var at = 0; at < pattern.Length;)
        {
            var atSegmentStart = at == 0 ? atStart : pattern[at - 1] == '/';
            if (atSegmentStart && pattern.AsSpan(at).StartsWith("**/", StringComparison.Ordinal))
            {
                text.Append("(?:[^/]+/)*");
                at += 3;
                continue;
            }

            at += Element(pattern, at, text);
        }

        return text.ToString();
    }

    private static int Element(string pattern, int at, StringBuilder text)
    {
        switch (pattern[at])
        {
            case '*':
                var end = at;
                while (end < pattern.Length && pattern[end] == '*')
                {
                    end++;
                }

                text.Append("[^/]*");
                return end - at;
            case '?':
                text.Append("[^/]");
                return 1;
            case '[' when Bracket(pattern, at) is var (set, length) && set is not null:
                text.Append(set);
                return length;
            case '\\' when at + 1 < pattern.Length:
                text.Append(Regex.Escape(pattern[at + 1].ToString()));
                return 2;
            default:
                text.Append(Regex.Escape(pattern[at].ToString()));
                return 1;
        }
    }

    private static (string? Set, int Length) Bracket(string pattern, int start)
    {
        var close = start + 2 < pattern.Length ? pattern.IndexOf(']', start + 2) : -1;
        if (close < 0)
        {
            return (null, 0);
        }

        var body = pattern.AsSpan(start + 1, close - start - 1);
        var negated = body[0] is '!' or '^';
        var members = Members(negated ? body[1..] : body);
        return members.Length == 0 ? (null, 0) : (negated ? $"[^/{members}]" : $"[{members}]", close + 1 - start);
    }

    private static string Members(ReadOnlySpan<char> body)
    {
        var members = new StringBuilder();
        for (var at = 0; at < body.Length; at++)
        {
            members.Append(Re2Translator.Literal(body[at]));
            if (at + 2 < body.Length && body[at + 1] == '-' && body[at + 2] >= body[at])
            {
                members.Append('-').Append(Re2Translator.Literal(body[at + 2]));
                at += 2;
            }
        }

        return members.ToString();
    }
}
