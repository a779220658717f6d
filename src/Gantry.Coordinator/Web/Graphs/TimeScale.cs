namespace Gantry.Coordinator.Web.Graphs;

/// <summary>
/// From times to places between 0 and 100. Spans in which nothing waited or ran (a manual job started the next day) are cut
/// short, so that the rest stays readable.
/// </summary>
internal sealed class TimeScale
{
    // A gap longer than this part of all busy time is cut down to it.
    private const double LongestGap = 0.04;

    private readonly List<(DateTimeOffset Start, DateTimeOffset End, double At, double Size)> _pieces = [];
    private readonly double _total;

    public TimeScale(IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> spans)
    {
        var busy = Merge(spans);
        var work = Math.Max(1, busy.Sum(span => (span.End - span.Start).TotalSeconds));
        var at = 0.0;
        foreach (var (start, end) in busy)
        {
            if (_pieces.Count > 0)
            {
                var before = _pieces[^1];
                var gap = (start - before.End).TotalSeconds;
                var size = Math.Min(gap, LongestGap * work);
                IsCut |= gap > size;
                _pieces.Add((before.End, start, at, size));
                at += size;
            }

            var length = (end - start).TotalSeconds;
            _pieces.Add((start, end, at, length));
            at += length;
        }

        _total = Math.Max(at, 0.001);
    }

    /// <summary>A gap is shown shorter than it was.</summary>
    public bool IsCut { get; }

    public double Of(DateTimeOffset time)
    {
        foreach (var (start, end, at, size) in _pieces)
        {
            if (time <= start)
                return 100 * at / _total;
            if (time < end)
                return 100 * (at + (size * ((time - start) / (end - start)))) / _total;
        }

        return 100;
    }

    private static List<(DateTimeOffset Start, DateTimeOffset End)> Merge(IEnumerable<(DateTimeOffset Start, DateTimeOffset End)> spans)
    {
        var merged = new List<(DateTimeOffset Start, DateTimeOffset End)>();
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            if (merged.Count > 0 && span.Start <= merged[^1].End)
                merged[^1] = (merged[^1].Start, span.End > merged[^1].End ? span.End : merged[^1].End);
            else
                merged.Add(span);
        }

        return merged;
    }
}
