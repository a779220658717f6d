using System.Text.RegularExpressions;

namespace Gantry.Pipelines.Patterns;

/// <summary>RE2 patterns on .NET's automaton engine, which is linear in the length of the subject as RE2 is.</summary>
public static class Re2
{
    /// <summary>Null when the pattern is refused. Flags: <c>i</c> case, <c>s</c> dot matches newline, <c>m</c> lines, <c>U</c> ungreedy.</summary>
    public static Regex? Compile(string pattern, string flags = "")
    {
        if (Re2Translator.Translate(pattern, flags) is not { } translated)
        {
            return null;
        }

        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        if (flags.Contains('i', StringComparison.Ordinal))
        {
            options |= RegexOptions.IgnoreCase;
        }

        try
        {
            return new Regex(translated, options);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
