using Gantry.Engine.Executors;
using Gantry.Engine.Running;

namespace Gantry.Runner.Supervising;

/// <summary>Where one job is, for everybody who looks: lists, metrics, traces, the dashboard. Thread-safe.</summary>
internal sealed class JobProgress(TimeProvider time) : IJobProgress
{
    private readonly Lock _gate = new();
    private readonly List<StagePeriod> _stages = [];
    private IMeasuredPlace? _place;

    /// <summary>Of the runs with the same stage that are over; the last one may still run.</summary>
    public IReadOnlyList<StagePeriod> Stages
    {
        get
        {
            lock (_gate)
            {
                return [.. _stages];
            }
        }
    }

    /// <summary>The stage that runs; empty before the first and after the last.</summary>
    public string Stage
    {
        get
        {
            lock (_gate)
            {
                return _stages is [.., { Ended: null } last] ? last.Name : "";
            }
        }
    }

    public void Placed(IJobEnvironment place)
    {
        lock (_gate)
        {
            _place = place as IMeasuredPlace;
        }
    }

    public void Entered(string stage)
    {
        lock (_gate)
        {
            EndLast();
            _stages.Add(new StagePeriod(stage, time.GetUtcNow(), null));
        }
    }

    public void Left()
    {
        lock (_gate)
        {
            EndLast();
            _place = null;
        }
    }

    /// <summary>What the job uses now; null when that cannot be said.</summary>
    public ValueTask<PlaceUsage?> MeasureAsync(CancellationToken cancellationToken)
    {
        IMeasuredPlace? place;
        lock (_gate)
        {
            place = _place;
        }

        return place?.MeasureAsync(cancellationToken) ?? ValueTask.FromResult<PlaceUsage?>(null);
    }

    private void EndLast()
    {
        if (_stages is [.., { Ended: null } last])
        {
            _stages[^1] = last with { Ended = time.GetUtcNow() };
        }
    }
}

/// <summary>One run of a stage.</summary>
/// <param name="Ended">Null while it runs.</param>
internal readonly record struct StagePeriod(string Name, DateTimeOffset Began, DateTimeOffset? Ended);
