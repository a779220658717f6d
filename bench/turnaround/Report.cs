using System.Globalization;

namespace Gantry.Turnaround;

/// <summary>One line per figure.</summary>
internal static class Report
{
    public static void Times(string name, IReadOnlyList<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-44}{sorted[0].TotalMilliseconds,7:F0} ms{Median(sorted).TotalMilliseconds,7:F0} ms{sorted[^1].TotalMilliseconds,7:F0} ms"));
    }

    public static void Ratio(string name, IReadOnlyList<TimeSpan> of, IReadOnlyList<TimeSpan> to) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-44}{"",10}{Median([.. of.Order()]) / Median([.. to.Order()]),8:F1} x"));

    public static void Memory(string name, long bytes) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{"",10}{bytes / 1e6,7:F1} MB"));

    private static TimeSpan Median(List<TimeSpan> sorted) => sorted[sorted.Count / 2];
}
