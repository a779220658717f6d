using System.Globalization;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Images;

/// <summary>
/// A line now and then while a pull goes on, so that a slow registry does not look like a hanging job. A pull that is over before the
/// first pause leaves no line.
/// </summary>
internal sealed class PullReport(IJobLog log, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, (long Current, long Total)> _layers = new(StringComparer.Ordinal);
    private long _last = time.GetTimestamp();

    public void Take(PullMessage message)
    {
        if (message.Id is null || message.Progress is not { Total: > 0 } progress || message.Status != "Downloading")
        {
            return;
        }

        _layers[message.Id] = (progress.Current, progress.Total);
        if (time.GetElapsedTime(_last) < Pause)
        {
            return;
        }

        _last = time.GetTimestamp();
        log.Line(string.Create(CultureInfo.InvariantCulture,
            $"  pulled {Megabytes(_layers.Values.Sum(layer => layer.Current)):0.0} of {Megabytes(_layers.Values.Sum(layer => layer.Total)):0.0} MB in {_layers.Count} layers"));
    }

    private static double Megabytes(long bytes) => bytes / 1_000_000.0;
}
