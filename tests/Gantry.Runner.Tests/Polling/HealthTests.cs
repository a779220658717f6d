using Gantry.Runner.Polling;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Polling;

public sealed class HealthTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Health _health;

    public HealthTests() => _health = new Health(3, TimeSpan.FromMinutes(60), _time);

    [Fact]
    [Trait("Trap", "6")]
    public void Three_refusals_in_a_row_switch_an_entry_off()
    {
        Assert.False(_health.Mark(healthy: false));
        Assert.False(_health.Mark(healthy: false));
        Assert.Equal(HealthState.Healthy, _health.Check());
        Assert.True(_health.Mark(healthy: false));
        Assert.Equal(HealthState.Disabled, _health.Check());
    }

    [Fact]
    public void A_good_answer_clears_the_count()
    {
        _health.Mark(healthy: false);
        _health.Mark(healthy: false);
        _health.Mark(healthy: true);
        _health.Mark(healthy: false);
        _health.Mark(healthy: false);

        Assert.Equal(HealthState.Healthy, _health.Check());
    }

    [Fact]
    public void The_interval_runs_from_the_last_good_answer_and_then_the_count_is_fresh()
    {
        _health.Mark(healthy: true);
        _time.Advance(TimeSpan.FromMinutes(30));
        for (var i = 0; i < 3; i++)
        {
            _health.Mark(healthy: false);
        }

        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HealthState.Disabled, _health.Check());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HealthState.CheckedAgain, _health.Check());
        Assert.Equal(HealthState.Healthy, _health.Check());
    }
}

public sealed class RequestGateTests
{
    [Fact]
    public void The_limit_grows_with_jobs_and_shrinks_without()
    {
        var gate = new RequestGate(4, adaptive: true);
        Assert.Equal(1, gate.UsedLimit);

        Pass(gate, gotJob: true, retried: false);
        Assert.Equal((1.1, 2), (gate.AdaptiveLimit, gate.UsedLimit));

        Pass(gate, gotJob: false, retried: false);
        Assert.Equal(1.045, gate.AdaptiveLimit, precision: 6);
        for (var i = 0; i < 30; i++)
        {
            Pass(gate, gotJob: true, retried: false);
        }

        Assert.Equal(4, gate.UsedLimit);
        Pass(gate, gotJob: true, retried: true);
        Assert.Equal(2, gate.UsedLimit);
        Pass(gate, gotJob: false, retried: true);
        Pass(gate, gotJob: false, retried: true);
        Assert.Equal((1.0, 1), (gate.AdaptiveLimit, gate.UsedLimit));
    }

    [Fact]
    public void No_more_requests_than_the_limit_are_on_their_way()
    {
        var gate = new RequestGate(2, adaptive: false);

        Assert.True(gate.TryEnter());
        Assert.True(gate.TryEnter());
        Assert.False(gate.TryEnter());
        gate.Leave(gotJob: false, retried: false);
        Assert.True(gate.TryEnter());
    }

    [Fact]
    public void With_one_request_at_a_time_nothing_adapts()
    {
        var gate = new RequestGate(0, adaptive: true);
        Pass(gate, gotJob: true, retried: false);

        Assert.Equal((1, 1), (gate.HardLimit, gate.UsedLimit));
    }

    private static void Pass(RequestGate gate, bool gotJob, bool retried)
    {
        Assert.True(gate.TryEnter());
        gate.Leave(gotJob, retried);
    }
}
