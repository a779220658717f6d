using System.Text;
using System.Text.RegularExpressions;

namespace Gantry.Executors.Images;

/// <summary>
/// The globs of <c>allowed_images</c> and their like over a whole image reference: <c>*</c> and <c>?</c> stay between slashes,
/// <c>**</c> as a whole part crosses them, <c>[a-z]</c> and <c>{a,b}</c> work, a backslash takes the next character as it is.
/// There is no negation: <c>!x</c> fits nothing but itself (official-executors §2.3).
/// </summary>
internal static class ImageGlob
{
    /// <summary>False also for a pattern that is no glob.</summary>
    public static bool IsMatch(string pattern, string image)
    {
        try
        {
            return Translate(pattern) is { } expression
                && Regex.IsMatch(image, expression, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string? Translate(string pattern)
    {
        var (result, depth) = (new StringBuilder("\\A"), 0);
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    i = Star(pattern, i, result);
                    break;
                case '?':
                    result.Append("[^/]");
                    break;
                case '[':
                    var end = ClassEnd(pattern, i);
                    if (end < 0)
                    {
                        return null;
                    }

                    AppendClass(pattern[(i + 1)..end], result);
                    i = end;
                    break;
                case '{':
                    depth++;
                    result.Append("(?:");
                    break;
                case '}' when depth > 0:
                    depth--;
                    result.Append(')');
                    break;
                case ',' when depth > 0:
                    result.Append('|');
                    break;
                case '\\' when i + 1 < pattern.Length:
                    result.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                default:
                    result.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return depth == 0 ? result.Append("\\z").ToString() : null;
    }

    /// <summary>Two stars are special only as a part of their own; <c>**/</c> may also be nothing.</summary>
    private static int Star(string pattern, int at, StringBuilder result)
    {
        var end = at;
        while (end < pattern.Length && pattern[end] == '*')
        {
            end++;
        }

        var begins = at == 0 || pattern[at - 1] is '/' or '{' or ',';
        var ends = end == pattern.Length || pattern[end] is '/' or '}' or ',';
        if (end - at < 2 || !begins || !ends)
        {
            result.Append("[^/]*");
        }
        else if (end < pattern.Length && pattern[end] == '/')
        {
            result.Append("(?:.*/)?");
            end++;
        }
        else
        {
            result.Append(".*");
        }

        return end - 1;
    }

    private static int ClassEnd(string pattern, int open)
    {
        var at = open + 1;
        if (at < pattern.Length && pattern[at] is '!' or '^')
        {
            at++;
        }

        for (at++; at < pattern.Length; at++)
        {
            if (pattern[at] == ']')
            {
                return at;
            }
        }

        return -1;
    }

    private static void AppendClass(string inside, StringBuilder result)
    {
        var negated = inside[0] is '!' or '^';
        var body = (negated ? inside[1..] : inside).Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("[", "\\[", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal);
        result.Append(negated ? "[^/" : "[").Append(body).Append(']');
    }
}
