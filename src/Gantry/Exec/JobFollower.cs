using System.Collections.Concurrent;
using Gantry.Coordinator.Local;
using Gantry.Logs;

namespace Gantry.Exec;

/// <summary>
/// Brings states and log lines to a view in an order that makes sense: a job's end comes after its last line. Lines come from
/// one task per running job; the view is called by one at a time.
/// </summary>
internal sealed class JobFollower(LocalCoordinator coordinator, IExecView view, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<long, Task> _logs = new();
    private readonly ConcurrentDictionary<long, bool> _read = new();
    private readonly Dictionary<long, string> _shown = [];

    public void Show(IReadOnlyList<LocalPipeline> pipelines)
    {
        foreach (var job in pipelines.SelectMany(pipeline => pipeline.Jobs))
        {
            lock (_gate)
            {
                if (_shown.GetValueOrDefault(job.Id) != job.Status && (!job.IsComplete || !job.HasBegun || _read.ContainsKey(job.Id)))
                {
                    _shown[job.Id] = job.Status;
                    view.Show(pipelines, job);
                }
            }

            if (job.HasBegun)
            {
                _logs.GetOrAdd(job.Id, _ => FollowAsync(job));
            }
        }
    }

    /// <summary>Ends when all logs are read to their ends.</summary>
    public Task DrainAsync() => Task.WhenAll(_logs.Values);

    private async Task FollowAsync(LocalJob job)
    {
        // Not on the caller's time.
        await Task.Yield();
        var log = new StoredLog();
        try
        {
            await foreach (var bytes in coordinator.FollowLogAsync(job.Id, stop))
            {
                Write(job, log.Push(bytes.Span));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody looks any more.
        }

        Write(job, log.Finish());
        _read[job.Id] = true;
        coordinator.Changed();
    }

    private void Write(LocalJob job, IReadOnlyList<StoredLine> lines)
    {
        lock (_gate)
        {
            foreach (var line in lines)
            {
                view.Line(job, line);
            }
        }
    }
}
