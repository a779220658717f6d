using System.Threading.Channels;
using Gantry.Coordinator.Local;

namespace Gantry.Exec;

/// <summary>
/// One pipeline from its creation to its end: hands jobs from the coordinator to the runner while there is room, starts the
/// manual jobs that are wanted, passes cancels on, and shows everything.
/// </summary>
internal sealed class ExecSession(LocalCoordinator coordinator, ExecRunners runner, ExecOptions options, IExecView view)
{
    // One note is enough: whoever reads it looks at everything.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<long> _played = [];
    private readonly HashSet<long> _told = [];
    private volatile int _interrupts;

    /// <summary>The user has cancelled before the end.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Address of the web page that keeps the session open after the pipeline's end; null for none.</summary>
    public string? Page { get; init; }

    /// <summary>Something happened outside of the coordinator.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>
    /// The first time cancels the pipeline: scripts end, after_scripts run. The second time everything ends now. At the end of the
    /// pipeline it ends the session, which stays open for the pages.
    /// </summary>
    public void Interrupt()
    {
        Interlocked.Increment(ref _interrupts);
        Wake();
    }

    /// <returns>All pipelines as they are at the end.</returns>
    public async Task<IReadOnlyList<LocalPipeline>> RunAsync(long root, Func<IReadOnlyList<LocalPipeline>, ExecHeadline> headline, CancellationToken cancellationToken)
    {
        coordinator.Changed = Wake;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var follower = new JobFollower(coordinator, view, stop.Token);
        var pipelines = await coordinator.ReadAsync(cancellationToken);
        view.Begin(headline(pipelines), pipelines);
        var (cancelled, rests) = (0, false);
        while (true)
        {
            pipelines = await coordinator.ReadAsync(cancellationToken);
            follower.Show(pipelines);
            if (pipelines.All(pipeline => pipeline.IsAtRest) && runner.Running == 0 && !await PlayAsync(pipelines, cancellationToken))
            {
                if (Page is null || _interrupts > 0)
                {
                    break;
                }

                if (!rests)
                {
                    view.Note($"The pipeline has ended: {pipelines[0].Status}. Its page is served until Ctrl-C: {Page}");
                }

                rests = true;
            }
            else
            {
                // Somebody may have retried a job on the page.
                rests = false;
            }

            if (_interrupts > cancelled)
            {
                cancelled = _interrupts;
                await CancelAsync(root, cancelled, cancellationToken);
            }

            PassOn(pipelines);
            await PlayAsync(pipelines, cancellationToken);
            await HandOutAsync(cancellationToken);
            await _wake.Reader.ReadAsync(cancellationToken);
        }

        await follower.DrainAsync();
        follower.Show(pipelines);
        return pipelines;
    }

    private async Task HandOutAsync(CancellationToken cancellationToken)
    {
        while (_interrupts == 0 && runner.Free > 0 && await coordinator.TakeAsync(runner.Identity, cancellationToken) is { } job)
        {
            runner.Start(job);
        }
    }

    private async Task CancelAsync(long root, int times, CancellationToken cancellationToken)
    {
        IsCancelled = true;
        runner.Release();
        if (times == 1)
        {
            view.Note("Cancelling; press Ctrl-C again to end at once.");
            await coordinator.CancelAsync(root, cancellationToken);
        }
        else
        {
            runner.KillAll();
        }
    }

    // The runner asks the coordinator every tenth of a second only while it has something to tell.
    private void PassOn(IReadOnlyList<LocalPipeline> pipelines)
    {
        foreach (var job in pipelines.SelectMany(pipeline => pipeline.Jobs).Where(job => job.HasBegun))
        {
            if (job.Status == "canceling" && _told.Add(job.Id))
            {
                runner.Cancel(job.Id);
            }
            else if (job.Status == "canceled" && _told.Add(-job.Id))
            {
                runner.Abort(job.Id);
            }
        }
    }

    private async Task<bool> PlayAsync(IReadOnlyList<LocalPipeline> pipelines, CancellationToken cancellationToken)
    {
        var played = false;
        foreach (var job in pipelines.SelectMany(pipeline => pipeline.Jobs).Where(job => job.Status == "manual" && IsWanted(job) && _interrupts == 0))
        {
            if (_played.Add(job.Id))
            {
                await coordinator.PlayAsync(job.Id, cancellationToken);
                played = true;
            }
        }

        return played;
    }

    // Asked for by name is asked to run.
    private bool IsWanted(LocalJob job) => options.Manual.Concat(options.Jobs).Any(name => name == job.Name || job.Name.StartsWith(name + ": [", StringComparison.Ordinal) || job.Name.StartsWith(name + " ", StringComparison.Ordinal));
}
