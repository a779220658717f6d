using System.Text;
using Gantry.Coordinator.Web.Logs;

namespace Gantry.Coordinator.Tests.Web.Logs;

/// <summary>What a viewer has after putting every batch in.</summary>
internal sealed class FollowedLog
{
    private readonly SortedDictionary<int, LogLine> _lines = [];

    public Dictionary<int, LogSection> Sections { get; } = [];

    public IReadOnlyList<LogLine> Lines => [.. _lines.Values];

    public IReadOnlyList<string> Texts => [.. _lines.Values.Select(line => line.Text)];

    public static FollowedLog Read(string log) => Read([Encoding.UTF8.GetBytes(log)]);

    public static FollowedLog Read(IEnumerable<byte[]> chunks)
    {
        var followed = new FollowedLog();
        var parser = new LogParser();
        foreach (var chunk in chunks)
        {
            parser.Append(chunk);
            followed.Take(parser.TakeChanges());
        }

        parser.Complete();
        followed.Take(parser.TakeChanges());
        return followed;
    }

    public void Take(LogBatch batch)
    {
        foreach (var line in batch.Lines)
            _lines[line.Number] = line;
        foreach (var number in _lines.Keys.Where(n => n > batch.LineCount).ToList())
            _lines.Remove(number);
        foreach (var section in batch.Sections)
            Sections[section.Id] = section;
        Assert.Equal(Enumerable.Range(1, batch.LineCount), _lines.Keys);
    }

    /// <summary>Everything a viewer could tell apart.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        foreach (var line in Lines)
        {
            text.Append($"{line.Number} t{line.Time} e{line.IsError} s{line.Section} h{line.HeaderOf} {line.Text}");
            foreach (var run in line.Runs)
                text.Append($" [{run.Start}+{run.Length} {run.Style}]");
            text.Append('\n');
        }

        foreach (var section in Sections.Values.Where(s => s.HeaderLine > 0).OrderBy(s => s.Id))
            text.Append(section).Append('\n');
        return text.ToString();
    }
}
