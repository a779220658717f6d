using System.Globalization;

namespace Gantry.Pipelines.Entries;

/// <summary>
/// Natural-language durations as GitLab reads them: <c>42</c> (seconds), <c>3 mins 4 sec</c>, <c>2h20min</c>, <c>one week</c>,
/// <c>1:30</c>. A month has 30 days, a year 365.25.
/// </summary>
public static class Duration
{
    private const double Day = 86_400;

    private static readonly Dictionary<string, double> Units = new(StringComparer.Ordinal);

    private static readonly string[] Numbers =
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".Split(' ');

    private static readonly string[] Tens = "twenty thirty forty fifty sixty seventy eighty ninety".Split(' ');

    private static readonly Dictionary<string, double> Words = Numbers.Select((word, index) => (word, value: (double)index))
        .Concat(Tens.Select((word, index) => (word, value: (index + 2) * 10.0)))
        .Concat([("a", 1), ("an", 1)])
        .ToDictionary(pair => pair.word, pair => pair.value, StringComparer.Ordinal);

    static Duration()
    {
        void Unit(double seconds, params string[] names)
        {
            foreach (var name in names)
            {
                Units[name] = seconds;
            }
        }

        Unit(1, "s", "sec", "secs", "second", "seconds");
        Unit(60, "m", "min", "mins", "minute", "minutes");
        Unit(3600, "h", "hr", "hrs", "hour", "hours");
        Unit(Day, "d", "day", "days");
        Unit(7 * Day, "w", "wk", "wks", "week", "weeks");
        Unit(30 * Day, "mo", "mon", "mos", "month", "months");
        Unit(365.25 * Day, "y", "yr", "yrs", "year", "years");
    }

    /// <summary>Null when the text is no duration.</summary>
    public static TimeSpan? Parse(string text)
    {
        var seconds = text.Contains(':', StringComparison.Ordinal) ? Clock(text.Trim()) : Phrase(text);
        return seconds is { } value && value < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(Math.Floor(value)) : null;
    }

    private static double? Clock(string text)
    {
        var parts = text.Split(':');
        var total = 0.0;
        foreach (var part in parts)
        {
            if (!double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            total = (total * 60) + value;
        }

        return parts.Length <= 3 ? total : null;
    }

    private static double? Phrase(string text)
    {
        double total = 0;
        double? pending = null;
        var any = false;
        foreach (var token in Tokens(text.ToLowerInvariant()))
        {
            if (double.TryParse(token, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || Words.TryGetValue(token, out number))
            {
                pending = (pending ?? 0) + number;
            }
            else if (Units.TryGetValue(token, out var unit) && (pending ?? (any ? null : 1)) is { } count)
            {
                total += count * unit;
                pending = null;
            }
            else if (token is not ("and" or "with" or "plus"))
            {
                return null;
            }

            any = true;
        }

        return any ? total + (pending ?? 0) : null;
    }

    // Runs of digits (with a point) and runs of letters; anything else but blanks and commas is a token that nothing knows.
    private static IEnumerable<string> Tokens(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]) || text[at] == ',')
            {
                at++;
                continue;
            }

            var start = at++;
            if (char.IsAsciiDigit(text[start]))
            {
                at = Run(text, at, c => char.IsAsciiDigit(c) || c == '.');
            }
            else if (char.IsAsciiLetter(text[start]))
            {
                at = Run(text, at, char.IsAsciiLetter);
            }

            yield return text[start..at];
        }
    }

    private static int Run(string text, int at, Func<char, bool> within)
    {
        while (at < text.Length && within(text[at]))
        {
            at++;
        }

        return at;
    }
}
