using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Engine.Tests.Processes;

public sealed class ProcessGroupTests
{
    [Fact]
    public void A_name_with_spaces_and_parentheses_does_not_confuse_the_reading()
    {
        var stat = "42 (a) (b c) S 7 42 41 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 0 0"u8;

        Assert.Equal(new RunningProcess(42, "a) (b c", 7, 42, 41, 987654) { CpuTicks = 5 + 6 + 7 + 8 }, ProcessGroup.Parse(42, stat));
    }

    [Fact]
    public void A_zombie_is_no_member() =>
        Assert.Null(ProcessGroup.Parse(42, Encoding.ASCII.GetBytes("42 (x) Z 7 42 41 0 -1 1 1 2 3 4 5 6 7 8 20 0 1 0 987654 0 0")));

    [Fact]
    public void Exit_words_are_read_as_the_kernel_writes_them()
    {
        Assert.Equal("exit status 255", ProcessExit.FromStatus(0xFF00).Text);
        Assert.Equal("signal: segmentation fault (core dumped)", ProcessExit.FromStatus(0x8B).Text);
        Assert.Equal("signal: terminated", ProcessExit.FromStatus(15).Text);
    }

    [Fact]
    public void The_start_mark_of_a_living_process_is_stable()
    {
        Assert.NotNull(ProcessGroup.StartMark(Environment.ProcessId));
        Assert.Equal(ProcessGroup.StartMark(Environment.ProcessId), ProcessGroup.StartMark(Environment.ProcessId));
        Assert.Null(ProcessGroup.StartMark(int.MaxValue));
    }
}
