using Gantry.Executors.Autoscaling;

namespace Gantry.Executors.Tests.Autoscaling;

/// <summary>Instances that were asked for and are not there yet.</summary>
public sealed class ScalerGrowthTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private static readonly ScalerRules Rules = new() { Policy = ScalingPolicy.None, MaxInstances = 5 };

    [Fact]
    public void Instances_that_do_not_become_ready_are_made_again_ever_more_slowly()
    {
        var growth = new ScalerGrowth();
        var now = Now;
        List<double> pauses = [];
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(1, growth.Begin(1, Rules, now));
            growth.End(1, 1, now);
            growth.Came();
            growth.Failed(now);
            var since = now;
            while (growth.IsPaused(now))
            {
                now += TimeSpan.FromSeconds(1);
            }

            pauses.Add((now - since).TotalSeconds);
        }

        Assert.Equal([5, 10, 20, 40], pauses);
        growth.Worked();
        growth.Failed(now);
        Assert.False(growth.IsPaused(now + TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void An_instance_that_is_seen_before_the_provider_has_promised_it_is_not_awaited_afterwards()
    {
        var growth = new ScalerGrowth();
        growth.Begin(2, Rules, Now);
        growth.Came();
        Assert.Equal(1, growth.Count);
        growth.End(2, 2, Now);
        Assert.Equal(1, growth.Count);
        growth.Came();
        Assert.Equal(0, growth.Count);
    }
}
