using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Gantry.Pipelines.Patterns;

/// <summary><c>/re2/flags</c> as a regular expression that cannot run away. Compiled once per text.</summary>
internal static partial class RegexLiteral
{
    private const int CacheSize = 2_000;
    private static readonly ConcurrentDictionary<string, Regex?> Cache = new(StringComparer.Ordinal);

    /// <summary>Null when the text is no <c>/…/flags</c> or its pattern is no RE2.</summary>
    public static Regex? Parse(string text)
    {
        if (text.Length < 2 || text[0] != '/')
        {
            return null;
        }

        if (Cache.TryGetValue(text, out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        var match = Literal().Match(text);
        return Cache[text] = match.Success
            ? Re2.Compile(match.Groups[1].Value.Replace("\\/", "/", StringComparison.Ordinal), match.Groups[2].Value)
            : null;
    }

    [GeneratedRegex(@"\A/(.+)/([ismU]*)\z", RegexOptions.Singleline)]
    private static partial Regex Literal();
}
