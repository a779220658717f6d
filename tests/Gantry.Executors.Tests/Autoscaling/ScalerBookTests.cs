using Gantry.Executors.Autoscaling;
using Gantry.Executors.Autoscaling.Providers;

namespace Gantry.Executors.Tests.Autoscaling;

/// <summary>The arithmetic of instances and places: events in, steps out.</summary>
public sealed class ScalerBookTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, InstancePhase> _cloud = [];
    private ScalerBook _book = new(new Dictionary<string, RememberedInstance>(), keepsOccupied: false);
    private DateTimeOffset _now = Start;
    private int _made;

    private ScalerRules Rules { get; set; } = new() { Policy = ScalingPolicy.None };

    // capacity, max uses, max instances, idle count, factor, factor's limit, jobs that run, jobs that wait → instances that are wanted in all
    [Theory]
    [InlineData(1, 0, 0, 0, 0, 0, 0, 0, 0)]
    [InlineData(1, 0, 0, 0, 0, 0, 0, 3, 3)]
    [InlineData(4, 0, 0, 0, 0, 0, 0, 5, 2)]
    [InlineData(1, 0, 0, 3, 0, 0, 0, 0, 3)]
    [InlineData(5, 0, 0, 6, 0, 0, 0, 0, 2)]
    [InlineData(1, 0, 0, 1, 0, 0, 4, 0, 5)]
    [InlineData(1, 0, 0, 1, 0.5, 0, 4, 0, 7)]
    [InlineData(1, 0, 0, 1, 2, 3, 4, 0, 8)]
    [InlineData(1, 0, 5, 9, 0, 0, 0, 0, 5)]
    [InlineData(4, 1, 0, 0, 0, 0, 0, 3, 3)]
    [InlineData(4, 2, 0, 4, 0, 0, 0, 0, 2)]
    public void As_many_instances_are_made_as_jobs_and_idle_places_need(
        int capacity, int maxUses, int maxInstances, int idle, double factor, int factorLimit, int running, int waiting, int wanted)
    {
        Rules = Rules with
        {
            Capacity = capacity,
            MaxUses = maxUses,
            MaxInstances = maxInstances,
            Policy = ScalingPolicy.None with { IdleCount = idle, ScaleFactor = factor, ScaleFactorLimit = factorLimit, Preemptive = false, IdleTime = TimeSpan.FromHours(1) },
        };
        Settle();
        for (var i = 0; i < running; i++)
        {
            Assert.NotNull(Run());
        }

        for (var i = 0; i < waiting; i++)
        {
            _book.Wait(isReserved: false);
        }

        Settle();

        Assert.Equal(wanted, _cloud.Count);
        Assert.Equal(running, _book.Counts(Rules).Busy);
    }

    [Fact]
    public void A_preemptive_policy_asks_for_jobs_only_when_a_place_is_ready()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleCount = 1 } };
        Assert.False(_book.Reserve(Rules, _now));
        Observe();
        Assert.IsType<ScalerStep.Grow>(Assert.Single(_book.Turn(Rules, _now)));
        Assert.False(_book.Reserve(Rules, _now));
        _book.Grown(1, 1, _now);
        _cloud["a"] = InstancePhase.Running;
        Assert.IsType<ScalerStep.Prepare>(Assert.Single(Observe()));
        Assert.False(_book.Reserve(Rules, _now));
        _book.BecameReady("a", _now);

        Assert.True(_book.Reserve(Rules, _now));
        Assert.False(_book.Reserve(Rules, _now));
        _book.Unreserve();
        Assert.True(_book.Reserve(Rules, _now));
    }

    [Fact]
    public void Without_it_a_job_may_be_asked_for_as_long_as_an_instance_could_be_made_at_the_rate_of_the_throttle()
    {
        Rules = Rules with { MaxInstances = 2, Capacity = 2, Throttle = new ScaleThrottle { Limit = 1, Burst = 3 } };
        Observe();
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => _book.Reserve(Rules, _now)));
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => _book.Reserve(Rules, _now)));
        _now += TimeSpan.FromHours(1);
        Assert.False(_book.Reserve(Rules, _now));

        // As fast as jobs come, as many as there could be.
        _book = new ScalerBook(new Dictionary<string, RememberedInstance>(), keepsOccupied: false);
        Rules = Rules with { ThrottlesReservations = false };
        Observe();
        Assert.Equal([true, true, true, true, false], Enumerable.Range(0, 5).Select(_ => _book.Reserve(Rules, _now)));
    }

    [Fact]
    public void A_request_that_may_bring_a_job_makes_no_instance_and_keeps_none()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleTime = TimeSpan.FromMinutes(5) } };
        Observe();
        Assert.True(_book.Reserve(Rules, _now));
        Assert.Empty(_book.Turn(Rules, _now));
        _book.Wait(isReserved: true);
        Settle();
        var slot = _book.Acquire(Rules)!;
        _book.Release(slot, isDoubted: false, Rules, _now);
        Assert.True(_book.Reserve(Rules, _now));
        _now += TimeSpan.FromMinutes(5);

        Assert.Equal(new ScalerStep.Remove(slot.Instance, "it is idle"), Assert.Single(_book.Turn(Rules, _now)));
    }

    [Fact]
    public void Instances_are_asked_for_no_faster_than_the_throttle_allows_and_after_a_failure_more_slowly()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleCount = 10 }, Throttle = new ScaleThrottle { Limit = 2, Burst = 3 } };
        Observe();
        Assert.Equal(3, Grow());
        Assert.Equal(0, Grow());
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(2, Grow());
        _book.Grown(2, 0, _now);
        _now += TimeSpan.FromSeconds(4);
        Assert.Equal(0, Grow());
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(3, Grow());
        _book.Grown(3, 0, _now);
        _now += TimeSpan.FromSeconds(9);
        Assert.Equal(0, Grow());
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal(3, Grow());

        int Grow() => _book.Turn(Rules, _now).OfType<ScalerStep.Grow>().Sum(step => step.Count);
    }

    [Fact]
    public void An_instance_that_is_too_many_goes_after_its_idle_time_and_the_longest_idle_first()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleCount = 2, IdleTime = TimeSpan.FromMinutes(5) } };
        Settle();
        var (first, second) = (Run()!, Run()!);
        Settle();
        Assert.Equal(4, _cloud.Count);
        _now += TimeSpan.FromMinutes(10);
        _book.Release(second, isDoubted: false, Rules, _now);
        _now += TimeSpan.FromMinutes(1);
        _book.Release(first, isDoubted: false, Rules, _now);

        // Of the two that were idle all the time and the two that came free, the former go.
        var gone = _book.Turn(Rules, _now).Cast<ScalerStep.Remove>().ToList();

        Assert.Equal(2, gone.Count);
        Assert.DoesNotContain(gone, step => step.Id == first.Instance || step.Id == second.Instance);
        Assert.All(gone, step => Assert.Equal("it is idle", step.Reason));
    }

    [Fact]
    public void An_instance_goes_when_it_had_its_jobs_whatever_is_to_be_idle()
    {
        Rules = Rules with { Capacity = 2, MaxUses = 2, Policy = ScalingPolicy.None with { IdleTime = TimeSpan.FromHours(1), Preemptive = false } };
        var one = Run()!;
        _book.Swept(one);
        var other = Run()!;
        Assert.Equal(one.Instance, other.Instance);
        Assert.Equal([0, 1], new[] { one.Number, other.Number }.Order());
        Assert.Equal([true, false], [one.IsFirst, other.IsFirst]);
        _book.Release(one, isDoubted: false, Rules, _now);
        _book.Wait(isReserved: false);
        Assert.Null(_book.Acquire(Rules));
        _book.Leave();
        Assert.Empty(_book.Turn(Rules, _now).OfType<ScalerStep.Remove>());
        _book.Release(other, isDoubted: false, Rules, _now);

        Assert.Equal(new ScalerStep.Remove(one.Instance, "it had all its jobs"), _book.Turn(Rules, _now).OfType<ScalerStep.Remove>().Single());
    }

    [Fact]
    public void A_removal_without_effect_is_asked_for_again_and_a_vanished_instance_is_told_to_its_job()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleCount = 1 } };
        Settle();
        var slot = Run()!;
        Assert.NotNull(_book.GiveUp(slot.Instance, "why", _now));
        Assert.Empty(_book.Turn(Rules, _now).OfType<ScalerStep.Remove>());
        _now += Rules.DeletionRetry;
        Assert.Equal(new ScalerStep.Remove(slot.Instance, "why"), _book.Turn(Rules, _now).OfType<ScalerStep.Remove>().Single());
        Assert.False(slot.Gone.IsCancellationRequested);

        _cloud.Remove(slot.Instance);
        Observe();

        Assert.True(slot.Gone.IsCancellationRequested);
        _book.Release(slot, isDoubted: false, Rules, _now);
        Assert.Equal(0, _book.Counts(Rules).Busy);
    }

    [Fact]
    public void An_instance_on_which_jobs_break_gets_no_more_of_them_and_goes_when_the_others_have_ended()
    {
        Rules = Rules with { Capacity = 2, FailureThreshold = 2, Policy = ScalingPolicy.None with { IdleCount = 2, IdleTime = TimeSpan.FromHours(1) } };
        Settle();
        var works = Run()!;
        for (var i = 0; i < 2; i++)
        {
            var breaks = Run()!;
            Assert.Equal(works.Instance, breaks.Instance);
            _book.Release(breaks, isDoubted: true, Rules, _now);
        }

        Assert.DoesNotContain(_book.Turn(Rules, _now), step => step is ScalerStep.Remove);
        Assert.False(works.Gone.IsCancellationRequested);
        _book.Release(works, isDoubted: false, Rules, _now);
        Assert.Contains(new ScalerStep.Remove(works.Instance, "jobs break on it"), _book.Turn(Rules, _now));
    }

    [Fact]
    public void The_late_end_of_a_job_does_not_free_the_place_of_another_on_a_new_instance_of_the_same_name()
    {
        Rules = Rules with { IsFixed = true, MaxInstances = 1, Policy = ScalingPolicy.None };
        Settle();
        var old = Run()!;
        var machine = _cloud.Single();
        _cloud.Clear();
        _book.Observe([], _now);
        _cloud[machine.Key] = machine.Value;
        Assert.Equal([new ScalerStep.Prepare(machine.Key)], Observe());
        _book.BecameReady(machine.Key, _now);
        var next = Run()!;
        Assert.Equal(old.Instance, next.Instance);

        _book.Release(old, isDoubted: false, Rules, _now);

        Assert.Equal(1, _book.Counts(Rules).Busy);
    }

    [Fact]
    public void Heartbeats_are_due_once_in_an_interval_however_often_is_looked()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleCount = 1 } };
        Settle();
        var id = Assert.Single(_cloud.Keys);
        var interval = TimeSpan.FromMinutes(1);

        Assert.Equal([id], _book.DueForBeat(interval, _now));
        Assert.Empty(_book.DueForBeat(interval, _now + interval));
        _book.Beat(id, answered: true, Rules, _now);
        Assert.Empty(_book.DueForBeat(interval, _now + (interval / 2)));
        Assert.Equal([id], _book.DueForBeat(interval, _now + interval));
    }

    [Fact]
    public void Only_failures_one_after_the_other_make_an_instance_unfit()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleCount = 1 }, FailureThreshold = 2 };
        Settle();
        var id = Assert.Single(_cloud.Keys);

        Assert.Null(_book.Beat(id, answered: false, Rules, _now));
        Assert.Equal(id, Run()!.Instance);
        Assert.Null(_book.Beat(id, answered: true, Rules, _now));
        Assert.Null(_book.Beat(id, answered: false, Rules, _now));
        Assert.Equal("it does not answer", _book.Beat(id, answered: false, Rules, _now)?.Reason);
        Assert.Null(_book.Beat(id, answered: false, Rules, _now));
    }

    [Theory]
    [InlineData(false, 0, false, "no data on pre-existing instance so removing for safety")]
    [InlineData(true, 0, false, null)]
    [InlineData(true, 1, false, "pre-existing instance has acquisition so removing for safety")]
    [InlineData(true, 1, true, null)]
    public void What_was_there_before_is_removed_unless_the_state_knows_it(bool isKnown, int busy, bool keepsOccupied, string? reason)
    {
        var remembered = isKnown ? new Dictionary<string, RememberedInstance> { ["old"] = new(3, busy) } : [];
        _book = new ScalerBook(remembered, keepsOccupied);
        _cloud["old"] = InstancePhase.Running;

        var step = Assert.Single(Observe());

        Assert.Equal(reason, (step as ScalerStep.Remove)?.Reason);
        Assert.Equal(reason is null, step is ScalerStep.Prepare);
        Assert.Equal(isKnown && reason is null ? new Dictionary<string, RememberedInstance> { ["old"] = new(3, 0) } : [], _book.Remember());
    }

    [Fact]
    public void A_fixed_pool_is_used_whole_and_its_jobs_are_spread()
    {
        Rules = Rules with { IsFixed = true, Capacity = 2, MaxInstances = 3 };
        Settle();
        Assert.Equal(3, _cloud.Count);
        _now += TimeSpan.FromDays(1);
        Assert.Empty(_book.Turn(Rules, _now));

        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ => Run()!.Instance).Distinct().Count());
        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ => Run()!.Instance).Distinct().Count());
        Assert.Null(Run());

        // Others fill what is there first, so that the rest becomes empty.
        _book = new ScalerBook(new Dictionary<string, RememberedInstance>(), keepsOccupied: false);
        _cloud.Clear();
        Rules = Rules with { IsFixed = false, Policy = ScalingPolicy.None with { IdleCount = 4 } };
        Settle();
        Assert.Equal(2, _cloud.Count);
        Assert.Single(Enumerable.Range(0, 2).Select(_ => Run()!.Instance).Distinct());
    }

    [Fact]
    public void An_instance_that_never_comes_is_not_waited_for_for_ever()
    {
        Rules = Rules with { Policy = ScalingPolicy.None with { IdleCount = 1 } };
        Observe();
        Assert.Single(_book.Turn(Rules, _now));
        _book.Grown(1, 1, _now);
        Assert.True(_book.IsExpecting);
        Assert.Empty(_book.Turn(Rules, _now));
        _now += ScalerGrowth.RequestedFor + TimeSpan.FromSeconds(1);
        Observe();
        Assert.False(_book.IsExpecting);
        Assert.Single(_book.Turn(Rules, _now));
    }

    private IReadOnlyList<ScalerStep> Observe() => _book.Observe([.. _cloud.Select(one => new ProvidedInstance(one.Key, one.Value))], _now);

    /// <summary>Lets a cloud that does everything at once do what is wanted, until nothing is.</summary>
    private void Settle()
    {
        Observe();
        for (var steps = _book.Turn(Rules, _now); steps.Count > 0; steps = _book.Turn(Rules, _now))
        {
            foreach (var step in steps)
            {
                switch (step)
                {
                    case ScalerStep.Grow grow:
                        _book.Grown(grow.Count, grow.Count, _now);
                        for (var i = 0; i < grow.Count; i++)
                        {
                            _cloud[$"i-{++_made}"] = InstancePhase.Running;
                        }

                        break;
                    case ScalerStep.Remove remove:
                        _cloud.Remove(remove.Id);
                        break;
                    default:
                        break;
                }
            }

            foreach (var prepare in Observe().OfType<ScalerStep.Prepare>())
            {
                _book.BecameReady(prepare.Id, _now);
            }
        }
    }

    /// <summary>A job begins; where places are made for it, they are made.</summary>
    private InstanceSlot? Run()
    {
        _book.Wait(isReserved: false);
        if (_book.Acquire(Rules) is { } free)
        {
            return free;
        }

        Settle();
        if (_book.Acquire(Rules) is { } made)
        {
            return made;
        }

        _book.Leave();
        return null;
    }
}
