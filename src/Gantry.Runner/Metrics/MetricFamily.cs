using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Gantry.Runner.Metrics;

/// <summary>One metric with its label combinations, in the text format of Prometheus. Thread-safe.</summary>
internal sealed class MetricFamily(string name, string type, string help, params string[] labels)
{
    private readonly ConcurrentDictionary<string, double> _values = new(StringComparer.Ordinal);

    public void Add(double amount, params ReadOnlySpan<string> values) => _values.AddOrUpdate(Key(values), amount, (_, old) => old + amount);

    public void Set(double value, params ReadOnlySpan<string> values) => _values[Key(values)] = value;

    /// <summary>Before gauges are set anew from what exists now.</summary>
    public void Clear() => _values.Clear();

    public void Render(StringBuilder text)
    {
        if (_values.IsEmpty)
        {
            return;
        }

        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var (key, value) in _values.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(key.Length > 0 ? $"{{{key}}}" : "").Append(' ').Append(Number(value)).Append('\n');
        }
    }

    internal static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    internal static string Label(string label, string value) =>
        $"{label}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    private string Key(ReadOnlySpan<string> values)
    {
        var key = new StringBuilder();
        for (var i = 0; i < labels.Length; i++)
        {
            key.Append(i == 0 ? "" : ",").Append(Label(labels[i], values[i]));
        }

        return key.ToString();
    }
}

/// <summary>Counts observations in buckets. Thread-safe.</summary>
internal sealed class HistogramFamily(string name, string help, double[] buckets, params string[] labels)
{
    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public void Observe(double value, params ReadOnlySpan<string> values)
    {
        var key = new StringBuilder();
        for (var i = 0; i < labels.Length; i++)
        {
            key.Append(MetricFamily.Label(labels[i], values[i])).Append(',');
        }

        _series.GetOrAdd(key.ToString(), _ => new Series(buckets)).Observe(value);
    }

    public void Render(StringBuilder text)
    {
        if (_series.IsEmpty)
        {
            return;
        }

        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(" histogram\n");
        foreach (var (key, series) in _series.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            series.Render(text, name, key);
        }
    }

    private sealed class Series(double[] bounds)
    {
        private readonly Lock _gate = new();
        private readonly long[] _counts = new long[bounds.Length];
        private double _sum;
        private long _total;

        public void Observe(double value)
        {
            lock (_gate)
            {
                _sum += value;
                _total++;
                for (var i = 0; i < bounds.Length; i++)
                {
                    _counts[i] += value <= bounds[i] ? 1 : 0;
                }
            }
        }

        public void Render(StringBuilder text, string name, string key)
        {
            lock (_gate)
            {
                for (var i = 0; i < bounds.Length; i++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{key}le=\"{MetricFamily.Number(bounds[i])}\"}} {_counts[i]}\n");
                }

                var plain = key.Length > 0 ? $"{{{key.TrimEnd(',')}}}" : "";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{key}le=\"+Inf\"}} {_total}\n");
                text.Append(CultureInfo.InvariantCulture, $"{name}_sum{plain} {MetricFamily.Number(_sum)}\n");
                text.Append(CultureInfo.InvariantCulture, $"{name}_count{plain} {_total}\n");
            }
        }
    }
}
