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

    public static void Difference(string name, IReadOnlyList<TimeSpan> of, IReadOnlyList<TimeSpan> to) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name,-44}{"",10}{(Median([.. of.Order()]) - Median([.. to.Order()])).TotalSeconds,8:F2} s"));

    public static void Rate(string name, TimeSpan time, long bytes) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{time.TotalSeconds,8:F1} s{bytes / 1e6 / time.TotalSeconds,8:F1} MB/s"));

    /// <summary>The medians of each phase.</summary>
    public static void Phases(IReadOnlyList<string> lines)
    {
        var phases = lines.SelectMany(line => line.Split(" | ", StringSplitOptions.RemoveEmptyEntries)).Select(text => text.Split(' '))
            .GroupBy(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
        Console.WriteLine("  phases: " + string.Join(" | ", phases.Select(phase =>
            string.Create(CultureInfo.InvariantCulture, $"{phase.Key} {phase.Order().ElementAt(phase.Count() / 2):F2} s"))));
    }

    public static void Memory(string name, long bytes) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{"",10}{bytes / 1e6,7:F1} MB"));

    private static TimeSpan Median(List<TimeSpan> sorted) => sorted[sorted.Count / 2];
}
