using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Tests.Store;

public sealed class ChangeFeedTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_subscriber_gets_what_it_wants_in_order()
    {
        var token = TestContext.Current.CancellationToken;
        var feed = new ChangeFeed();
        var changes = feed.Subscribe(change => change.PipelineId == 1, token);

        feed.Publish([new Change(1, 1, 1), new Change(1, 2, 2), new Change(1, 1, 3)]);

        Assert.Equal([1, 3], await changes.Take(2).Select(change => change.JobId).ToListAsync(token));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_slow_subscriber_is_told_that_it_missed_some()
    {
        var token = TestContext.Current.CancellationToken;
        var feed = new ChangeFeed();
        var changes = feed.Subscribe(_ => true, token);

        for (var job = 1; job <= 1000; job++)
        {
            feed.Publish([new Change(1, 1, job)]);
        }

        var seen = await changes.TakeWhile(change => change != Change.Everything).CountAsync(token);
        Assert.Equal(256, seen);
    }
}
