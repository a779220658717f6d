using System.Text;

namespace Gantry.Engine.Shells;

/// <summary>Text to words of POSIX-like shells (official-job-protocol §8.1, "Quoting of arguments").</summary>
public static class BashQuoting
{
    /// <summary><c>$'…'</c>: one line whatever the text holds. Needs bash, ksh, zsh or busybox.</summary>
    public static string AnsiC(string text) => text.Length == 0 ? "''" : text.All(IsPlain) ? text : $"$'{AnsiCBody(text)}'";

    /// <summary>The inside of <c>$'…'</c>.</summary>
    public static string AnsiCBody(string text)
    {
        var quoted = new StringBuilder(text.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            _ = b switch
            {
                0x07 => quoted.Append("\\a"),
                0x08 => quoted.Append("\\b"),
                0x09 => quoted.Append("\\t"),
                0x0a => quoted.Append("\\n"),
                0x0b => quoted.Append("\\v"),
                0x0c => quoted.Append("\\f"),
                0x0d => quoted.Append("\\r"),
                (byte)'\'' => quoted.Append("\\'"),
                (byte)'\\' => quoted.Append("\\\\"),
                < 0x20 or > 0x7e => quoted.Append("\\x").Append(b.ToString("x2")),
                _ => quoted.Append((char)b),
            };
        }

        return quoted.ToString();
    }

    /// <summary>
    /// Double quotes as GitLab writes them with <c>FF_POSIXLY_CORRECT_ESCAPES</c>. Quotes more kinds of text than GitLab does:
    /// an unquoted semicolon, apostrophe or line end would change the script.
    /// </summary>
    public static string Posix(string text)
    {
        if (text.Length == 0)
        {
            return "''";
        }

        if (!text.Any(c => "`\"\\$ !#%&()*<=>?[|;'~{}^\n\r\t".Contains(c, StringComparison.Ordinal)))
        {
            return text;
        }

        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c is '`' or '"' or '\\' or '$' ? "\\" : "").Append(c);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary><c>'…'</c>: exact in every shell there is.</summary>
    public static string Exact(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Double quotes in which the shell still replaces <c>$NAME</c>.</summary>
    public static string Expanding(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c is '`' or '"' or '\\' ? "\\" : "").Append(c);
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is ',' or '-' or '.' or '/' or '@' or '_';
}
