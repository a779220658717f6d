using System.Text;

namespace Gantry.Engine.Shells;

/// <summary>Text to PowerShell words (official-job-protocol §8.3).</summary>
public static class PowerShellQuoting
{
    // PowerShell takes typographic double quotes for quotes.
    private const string Quotes = "\"'#\u201c\u201d\u201e";

    /// <summary><c>'…'</c>: byte for byte.</summary>
    public static string Exact(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

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
