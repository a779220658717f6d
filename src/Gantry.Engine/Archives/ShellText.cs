using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Engine.Archives;

/// <summary>What the operations inside <c>${…}</c> do to a value. Patterns are shell patterns, in which '*' also takes '/'.</summary>
internal static class ShellText
{
    /// <param name="value">The variable's value.</param>
    /// <param name="pattern">A shell pattern.</param>
    /// <param name="operation"><c>#</c> and <c>##</c> at the start, <c>%</c> and <c>%%</c> at the end; doubled is the longest match.</param>
    public static string Trim(string value, string pattern, string operation)
    {
        var regex = Compile(pattern, atStart: true, atEnd: true);
        if (regex is null)
        {
            return value;
        }

        // Every candidate length, the wanted one first: linear matching over short values.
        var fromEnd = operation[0] == '%';
        var longest = operation.Length == 2;
        for (var i = 0; i <= value.Length; i++)
        {
            var length = longest ? value.Length - i : i;
            var part = fromEnd ? value.AsSpan(value.Length - length) : value.AsSpan(0, length);
            if (regex.IsMatch(part))
            {
                return fromEnd ? value[..^length] : value[length..];
            }
        }

        return value;
    }

    public static string Replace(string value, string pattern, string replacement, bool all)
    {
        var regex = pattern.Length == 0 ? null : Compile(pattern, atStart: false, atEnd: false);
        return regex?.Replace(value, _ => replacement, all ? -1 : 1) ?? value;
    }

    /// <param name="value">The variable's value.</param>
    /// <param name="pattern">Characters to change; empty means all.</param>
    /// <param name="operation"><c>^</c> and <c>^^</c> to upper, <c>,</c> and <c>,,</c> to lower case; single is the first match only.</param>
    public static string ChangeCase(string value, string pattern, string operation)
    {
        var regex = Compile(pattern.Length == 0 ? "?" : pattern, atStart: true, atEnd: true);
        if (regex is null)
        {
            return value;
        }

        var result = new StringBuilder(value.Length);
        var changing = true;
        foreach (var rune in value.EnumerateRunes())
        {
            if (!changing || !regex.IsMatch(rune.ToString()))
            {
                result.Append(rune.ToString());
                continue;
            }

            result.Append((operation[0] == '^' ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune)).ToString());
            changing = operation.Length == 2;
        }

        return result.ToString();
    }

    /// <summary>A negative offset counts from the end; what lies outside the value is cut off.</summary>
    public static string Slice(string value, int offset, int? length)
    {
        var tail = value[Place(offset, value.Length)..];
        return length is null ? tail : tail[..Place(length.Value, tail.Length)];
    }

    private static int Place(int position, int length) => position switch
    {
        < 0 => length + position < 0 ? length : length + position,
        _ => Math.Min(position, length),
    };

    // NonBacktracking: the pattern is the job's.
    private static Regex? Compile(string pattern, bool atStart, bool atEnd)
    {
        var regex = new StringBuilder(atStart ? @"\A(?:" : "(?:");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    regex.Append(".*");
                    break;
                case '?':
                    regex.Append('.');
                    break;
                case '\\' when i + 1 < pattern.Length:
                    regex.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                case '[' when pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) is var end and > 0:
                    regex.Append(Class(pattern[(i + 1)..end]));
                    i = end;
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        try
        {
            return new Regex(
                regex.Append(atEnd ? @")\z" : ")").ToString(), RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Class(string content)
    {
        var negated = content[0] is '!' or '^';
        var escaped = (negated ? content[1..] : content)
            .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal);
        return $"[{(negated ? "^" : "")}{escaped}]";
    }
}
