using Gantry.Runner.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Daemon;

public sealed class IdleMemoryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly IdleMemory _memory;
    private int _released;

    public IdleMemoryTests() => _memory = new IdleMemory(_time, () => _released++);

    [Fact]
    public void Memory_is_given_back_once_after_the_last_job()
    {
        _memory.Received();
        _memory.Received();
        _memory.Ended();
        Pass(60);
        Assert.Equal(0, _released);

        _memory.Ended();
        Pass(9);
        Assert.Equal(0, _released);
        Pass(1);
        Pass(60);
        Assert.Equal(1, _released);
    }

    [Fact]
    public void A_runner_without_jobs_gives_back_what_its_start_needed_and_nothing_more()
    {
        Pass(9);
        Assert.Equal(0, _released);
        Pass(1);
        Pass(600);
        Assert.Equal(1, _released);
    }

    private void Pass(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _memory.Check();
    }
}
