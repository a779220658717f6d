using System.Globalization;
using Cronos;

namespace Gantry.Executors;

/// <summary>
/// When something holds: lines of seven cron fields (second, minute, hour, day of month, month, day of week, year) in a time zone. With
/// six fields the second is left out, with five the year as well. As officially, a moment is in a period when the next full second
/// matches, and of a day of month and a day of week that are both given one is enough.
/// </summary>
public sealed class TimePeriods
{
    private readonly List<Line> _lines;
    private readonly TimeZoneInfo _zone;

    private TimePeriods(List<Line> lines, TimeZoneInfo zone) => (_lines, _zone) = (lines, zone);

    /// <param name="lines">None: never.</param>
    /// <param name="zone">A name such as <c>Europe/Berlin</c>; empty or <c>Local</c> for the machine's own.</param>
    /// <exception cref="FormatException">A line or the zone cannot be read; the text says which, and what is expected.</exception>
    public static TimePeriods Parse(IReadOnlyList<string> lines, string zone) => new([.. lines.Select(ReadLine)], Zone(zone));

    public bool Covers(DateTimeOffset now)
    {
        var utc = now.UtcDateTime;
        var second = new DateTime(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc).AddSeconds(1);
        return _lines.Exists(line => line.Matches(second, _zone));
    }

    /// <summary>The same for lines that know nothing finer than minutes: the whole minute counts.</summary>
    public bool CoversMinuteOf(DateTimeOffset now) => Covers(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute)).AddSeconds(-1));

    private static TimeZoneInfo Zone(string name) => name is "" or "Local" ? TimeZoneInfo.Local
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone
        : throw new FormatException($"there is no time zone \"{name}\"; use a name such as Europe/Berlin or UTC");

    private static Line ReadLine(string text)
    {
        var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        try
        {
            if (fields is [['@', ..]])
            {
                return new Line([CronExpression.Parse(fields[0], CronFormat.IncludeSeconds)], YearRanges.All);
            }

            var (second, rest) = fields.Length switch
            {
                5 or 6 => ("0", fields),
                7 => (fields[0], fields[1..]),
                _ => throw new FormatException($"it has {fields.Length} fields"),
            };
            return new Line([.. Days(rest[2], rest[4]).Select(days => CronExpression.Parse(
                $"{second} {rest[0]} {rest[1]} {days.OfMonth} {rest[3]} {days.OfWeek}", CronFormat.IncludeSeconds))],
                rest.Length > 5 ? YearRanges.Parse(rest[5]) : YearRanges.All);
        }
        catch (FormatException e)
        {
            throw new FormatException(
                $"\"{text}\" is no period: {e.Message}; expected are second, minute, hour, day of month, month, day of week and year, such as \"* * 9-17 * * mon-fri *\"", e);
        }
    }

    private static (string OfMonth, string OfWeek)[] Days(string ofMonth, string ofWeek) =>
        ofMonth is "*" or "?" || ofWeek is "*" or "?" ? [(ofMonth, ofWeek)] : [(ofMonth, "*"), ("*", ofWeek)];

    private sealed record Line(CronExpression[] Times, YearRanges Years)
    {
        public bool Matches(DateTime second, TimeZoneInfo zone) =>
            Years.Has(TimeZoneInfo.ConvertTimeFromUtc(second, zone).Year)
            && Array.Exists(Times, time => time.GetNextOccurrence(second, zone, inclusive: true) == second);
    }

    /// <summary>The field that the cron library does not know.</summary>
    private sealed class YearRanges(List<(int From, int To, int Step)> ranges)
    {
        private const int First = 1970;
        private const int Last = 2099;

        public static YearRanges All { get; } = new([(First, Last, 1)]);

        /// <exception cref="FormatException">It cannot be read.</exception>
        public static YearRanges Parse(string field) => new([.. field.Split(',').Select(Range)]);

        public bool Has(int year) => ranges.Exists(range => year >= range.From && year <= range.To && (year - range.From) % range.Step == 0);

        private static (int, int, int) Range(string part)
        {
            var (span, step) = part.Split('/') switch
            {
                [var only] => (only, 1),
                [var before, var after] when Number(after) is > 0 and var every => (before, every),
                _ => throw Wrong(part),
            };
            return span.Split('-') switch
            {
                ["*" or "?"] => (First, Last, step),
                [var one] when Number(one) is { } year => (year, part.Contains('/', StringComparison.Ordinal) ? Last : year, step),
                [var from, var to] when Number(from) is { } begin && Number(to) is { } end && begin <= end => (begin, end, step),
                _ => throw Wrong(part),
            };
        }

        private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

        private static FormatException Wrong(string part) => new($"\"{part}\" is no year");
    }
}
