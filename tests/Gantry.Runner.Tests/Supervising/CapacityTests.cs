using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Runner.Supervising;

namespace Gantry.Runner.Tests.Supervising;

public sealed class CapacityTests
{
    private static readonly Secret A = new("a");
    private static readonly Secret B = new("b");

    private int _changes;

    [Fact]
    public void Numbers_are_the_lowest_free_ones_per_token_and_project()
    {
        var capacity = New(10);
        var first = capacity.Take(A, projectId: 1);
        var second = capacity.Take(A, projectId: 2);
        var third = capacity.Take(A, projectId: 1);
        var other = capacity.Take(B, projectId: 1);

        Assert.Equal(
            [new JobNumbers(0, 0), new JobNumbers(1, 0), new JobNumbers(2, 1), new JobNumbers(0, 0)],
            [first.Numbers, second.Numbers, third.Numbers, other.Numbers]);

        first.Dispose();
        Assert.Equal(new JobNumbers(0, 0), capacity.Take(A, projectId: 1).Numbers);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_job_too_many_waits_for_its_turn()
    {
        var capacity = New(1);
        var first = capacity.Take(A, 1);
        var late = capacity.Take(B, 1);
        Assert.True(first.ReadyAsync(CancellationToken.None).IsCompletedSuccessfully);
        var turn = late.ReadyAsync(CancellationToken.None);
        Assert.False(turn.IsCompleted);
        Assert.Equal(0, capacity.Free);

        first.Dispose();

        await turn.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_job_that_ends_while_it_waits_takes_nobodys_turn()
    {
        var capacity = New(1);
        var first = capacity.Take(A, 1);
        var given_up = capacity.Take(A, 1);
        var last = capacity.Take(A, 1);
        given_up.Dispose();

        first.Dispose();

        await last.ReadyAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal(0, capacity.Free);
    }

    [Fact(Timeout = 30_000)]
    public async Task More_capacity_lets_the_waiting_ones_in()
    {
        var capacity = New(1);
        capacity.Take(A, 1);
        var turn = capacity.Take(A, 1).ReadyAsync(CancellationToken.None);

        capacity.Concurrent = 2;

        await turn.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Less_capacity_ends_nothing()
    {
        var capacity = New(3);
        capacity.Take(A, 1);
        capacity.Take(A, 1);

        capacity.Concurrent = 1;

        Assert.Equal((2, 0), (capacity.Taken, capacity.Free));
        Assert.False(capacity.HasRoom(B, 0, 0));
    }

    [Fact]
    public void A_limit_counts_jobs_and_requests_of_the_token()
    {
        var capacity = New(10);
        capacity.Take(A, 1);

        Assert.True(capacity.HasRoom(A, limit: 2, inFlight: 0));
        Assert.False(capacity.HasRoom(A, limit: 2, inFlight: 1));
        Assert.False(capacity.HasRoom(A, limit: 1, inFlight: 0));
        Assert.True(capacity.HasRoom(A, limit: 0, inFlight: 5));
        Assert.True(capacity.HasRoom(B, limit: 1, inFlight: 0));
    }

    [Fact]
    public void A_place_given_back_twice_counts_once()
    {
        var capacity = New(1);
        var slot = capacity.Take(A, 1);
        var before = _changes;

        slot.Dispose();
        slot.Dispose();

        Assert.Equal(before + 1, _changes);
        Assert.Equal(1, capacity.Free);
    }

    private Capacity New(int concurrent) => new(() => _changes++) { Concurrent = concurrent };
}
