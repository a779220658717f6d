using System.Globalization;
using System.Text;

namespace Gantry.Engine.Shells;

/// <summary>Text to PowerShell words (official-job-protocol §8.3).</summary>
public static class PowerShellQuoting
{
    // PowerShell takes typographic double quotes for quotes.
    private const string Quotes = "\"'#\u201c\u201d\u201e";

    // And typographic single quotes for single ones.
    private const string SingleQuotes = "'\u2018\u2019\u201a\u201b";

    /// <summary><c>'…'</c>: byte for byte.</summary>
    public static string Exact(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text)
        {
            quoted.Append(c, SingleQuotes.Contains(c, StringComparison.Ordinal) ? 2 : 1);
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>The same as an expression of ASCII alone, for a shell that reads in an encoding nobody knows.</summary>
    public static string ExactAscii(string text)
    {
        if (text.All(char.IsAscii))
        {
            return Exact(text);
        }

        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            _ = char.IsAscii(c) && c != '\\' ? escaped.Append(c) : escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return $"([regex]::Unescape({Exact(escaped.ToString())}))";
    }

    /// <summary><c>"…"</c> in which nothing is replaced.</summary>
    public static string Value(string text) => Double(text, keepDollar: false);

    /// <summary><c>"…"</c> in which PowerShell replaces variables.</summary>
    public static string Expanding(string text) => Double(text, keepDollar: true);

    private static string Double(string text, bool keepDollar)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '`' => quoted.Append("``"),
                '$' when !keepDollar => quoted.Append("`$"),
                '\a' => quoted.Append("`a"),
                '\b' => quoted.Append("`b"),
                '\f' => quoted.Append("`f"),
                '\r' => quoted.Append("`r"),
                '\n' => quoted.Append("`n"),
                '\t' => quoted.Append("`t"),
                '\v' => quoted.Append("`v"),
                _ when Quotes.Contains(c, StringComparison.Ordinal) => quoted.Append('`').Append(c),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
