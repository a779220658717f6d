using System.Globalization;
using System.Text;

namespace Gantry.Pipelines.Patterns;

/// <summary>Character classes and escapes of RE2. In RE2 <c>\d \s \w</c> are ASCII; in .NET they are not.</summary>
internal static class Re2Classes
{
    private static readonly Dictionary<string, string> Posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7f",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1f\x7f",
        ["digit"] = "0-9",
        ["graph"] = @"\x21-\x7e",
        ["lower"] = "a-z",
        ["print"] = @"\x20-\x7e",
        ["punct"] = @"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    // The complements, for use inside a bracket, where a class cannot be negated by itself.
    private static readonly Dictionary<char, string> PerlClasses = new()
    {
        ['d'] = "0-9",
        ['s'] = @"\t\n\f\r ",
        ['w'] = "0-9A-Za-z_",
        ['D'] = @"\x00-\x2f\x3a-\uffff",
        ['S'] = @"\x00-\x08\x0b\x0e-\x1f\x21-\uffff",
        ['W'] = @"\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\uffff",
    };

    /// <summary>Inside of the bracket for <c>\d</c> and its like; null for other letters.</summary>
    public static string? Perl(char letter) => PerlClasses.GetValueOrDefault(letter);

    /// <summary><c>\pL</c>, <c>\p{Greek}</c>: general categories only, because .NET names scripts differently.</summary>
    public static (string? Text, int Length) Property(string pattern, int at)
    {
        if (at + 2 >= pattern.Length)
        {
            return (null, 0);
        }

        var end = pattern[at + 2] == '{' ? pattern.IndexOf('}', at) : at + 2;
        if (end < 0)
        {
            return (null, 0);
        }

        var name = pattern[at + 2] == '{' ? pattern[(at + 3)..end] : pattern[at + 2].ToString();
        var negated = pattern[at + 1] == 'P' != name.StartsWith('^');
        name = name.TrimStart('^');
        var known = name.Length is 1 or 2 && "LMNPSZC".Contains(name[0], StringComparison.Ordinal);
        return known ? ($"\\{(negated ? 'P' : 'p')}{{{name}}}", end + 1 - at) : (null, 0);
    }

    /// <summary>A single escaped character outside the classes; length 0 when RE2 does not know it.</summary>
    public static (char Code, int Length) EscapedCharacter(string pattern, int at)
    {
        var c = pattern[at + 1];
        switch (c)
        {
            case 'a':
                return ('\a', 2);
            case 'f':
                return ('\f', 2);
            case 'n':
                return ('\n', 2);
            case 'r':
                return ('\r', 2);
            case 't':
                return ('\t', 2);
            case 'v':
                return ('\v', 2);
            case 'x':
                return Hex(pattern, at);
        }

        if (c is >= '0' and <= '7')
        {
            return Octal(pattern, at);
        }

        return char.IsAsciiLetterOrDigit(c) ? default : (c, 2);
    }

    // \0 and \1-\7 with at least one more octal digit; \1 alone would be a back reference, which RE2 refuses.
    private static (char, int) Octal(string pattern, int at)
    {
        var end = at + 1;
        while (end < pattern.Length && end < at + 4 && pattern[end] is >= '0' and <= '7')
        {
            end++;
        }

        return pattern[at + 1] != '0' && end - at < 3 ? default : ((char)Convert.ToInt32(pattern[(at + 1)..end], 8), end - at);
    }

    private static (char, int) Hex(string pattern, int at)
    {
        var isLong = at + 2 < pattern.Length && pattern[at + 2] == '{';
        var end = isLong ? pattern.IndexOf('}', at) : Math.Min(pattern.Length, at + 4);
        if (end < 0)
        {
            return default;
        }

        var digits = pattern[(at + (isLong ? 3 : 2))..end];
        var isNumber = int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code <= 0xffff;
        return isNumber && (isLong || digits.Length == 2) ? ((char)code, end + (isLong ? 1 : 0) - at) : default;
    }

    /// <summary>A bracket expression in .NET syntax with its length in the source; text null when it is broken.</summary>
    public static (string? Text, int Length) Bracket(string pattern, int start)
    {
        var text = new StringBuilder("[");
        var at = start + 1;
        if (at < pattern.Length && pattern[at] == '^')
        {
            text.Append('^');
            at++;
        }

        for (var first = true; at < pattern.Length; first = false)
        {
            if (pattern[at] == ']' && !first)
            {
                return (text.Append(']').ToString(), at + 1 - start);
            }

            var used = Item(pattern, at, text);
            if (used == 0)
            {
                return (null, 0);
            }

            at += used;
        }

        return (null, 0);
    }

    private static int Item(string pattern, int at, StringBuilder text)
    {
        if (pattern.AsSpan(at).StartsWith("[:", StringComparison.Ordinal) && pattern.IndexOf(":]", Math.Min(at + 2, pattern.Length), StringComparison.Ordinal) is var end and > 0)
        {
            var name = pattern[(at + 2)..end];
            if (!Posix.TryGetValue(name.TrimStart('^'), out var members))
            {
                return 0;
            }

            text.Append(name.StartsWith('^') ? Complement(members) : members);
            return end + 2 - at;
        }

        if (pattern[at] == '\\' && at + 1 < pattern.Length)
        {
            if (Perl(pattern[at + 1]) is { } perl)
            {
                text.Append(perl);
                return 2;
            }

            if (pattern[at + 1] is 'p' or 'P')
            {
                var (property, length) = Property(pattern, at);
                text.Append(property);
                return property is null ? 0 : length;
            }
        }

        return Range(pattern, at, text);
    }

    private static int Range(string pattern, int at, StringBuilder text)
    {
        var (low, used) = One(pattern, at);
        if (used == 0)
        {
            return 0;
        }

        text.Append(Re2Translator.Literal(low));
        var dash = at + used;
        if (dash + 1 >= pattern.Length || pattern[dash] != '-' || pattern[dash + 1] == ']')
        {
            return used;
        }

        var (high, highUsed) = One(pattern, dash + 1);
        if (highUsed == 0 || high < low)
        {
            return 0;
        }

        text.Append('-').Append(Re2Translator.Literal(high));
        return used + 1 + highUsed;
    }

    private static (char Code, int Length) One(string pattern, int at) =>
        pattern[at] != '\\' ? (pattern[at], 1) : at + 1 < pattern.Length ? EscapedCharacter(pattern, at) : default;

    private static string Complement(string members)
    {
        var text = new StringBuilder();
        var inside = new System.Text.RegularExpressions.Regex($"[{members}]", System.Text.RegularExpressions.RegexOptions.CultureInvariant);
        for (var c = 0; c < 128; c++)
        {
            if (!inside.IsMatch(((char)c).ToString()))
            {
                text.Append(Re2Translator.Literal((char)c));
            }
        }

        return text.Append(@"\u0080-\uffff").ToString();
    }
}
