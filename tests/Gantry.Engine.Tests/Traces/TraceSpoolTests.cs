using System.Text;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Tests.Traces;

public sealed class TraceSpoolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-spool-").FullName;

    private string File => Path.Combine(_folder, "trace");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Only_the_owner_may_read_the_file()
    {
        using var spool = TraceSpool.Open(File, null);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void Opening_again_finds_size_and_checksum()
    {
        TraceDigest before;
        using (var first = TraceSpool.Open(File, null))
        {
            first.Append("This is a basic "u8);
            first.Append("log line"u8);
            before = first.Digest;
        }

        using var again = TraceSpool.Open(File, null);

        Assert.Equal(new TraceDigest(24, "crc32:367dfeeb"), before);
        Assert.Equal(before, again.Digest);
        Assert.False(again.EndsLine);
        again.Append("\n"u8);
        Assert.Equal("This is a basic log line\n", Text(again));
    }

    [Theory]
    [InlineData("cd", "efgh", "abcdefgh")]
    [InlineData("cde", "f", "abcdef")]
    [InlineData("cX", "Y", "abcdef\nXY")]
    [InlineData("X", "cdef", "abcdef\nXcdef")]
    public void What_comes_again_is_stored_once(string first, string second, string expected)
    {
        using var spool = TraceSpool.Open(File, null);
        spool.Append("abcdef"u8);

        spool.ExpectAgain(2);
        spool.Append(Encoding.UTF8.GetBytes(first));
        spool.Append(Encoding.UTF8.GetBytes(second));

        Assert.Equal(expected, Text(spool));
    }

    [Fact]
    public void A_log_that_was_full_stays_full_after_opening_again()
    {
        using (var first = TraceSpool.Open(File, 10))
        {
            first.Append("0123456789ab"u8);
        }

        using var again = TraceSpool.Open(File, 10);
        var size = again.Size;
        again.Append("more"u8);

        Assert.True(again.IsFull);
        Assert.Equal(size, again.Size);
    }

    [Fact]
    public void Any_part_can_be_read_while_it_grows()
    {
        using var spool = TraceSpool.Open(File, null);
        spool.Append("0123456789"u8);
        var buffer = new byte[4];

        Assert.Equal(4, spool.Read(3, buffer));
        Assert.Equal("3456", Encoding.ASCII.GetString(buffer));
        Assert.Equal(2, spool.Read(8, buffer));
        Assert.Equal(0, spool.Read(10, buffer));
        Assert.Equal(0, spool.Read(99, buffer));
    }

    [Fact]
    public void The_end_of_a_cut_log_follows_the_notice_when_wanted()
    {
        using var spool = TraceSpool.Open(File, 20, tailBytes: 32);
        for (var line = 0; line < 1000; line++)
        {
            spool.Append(Encoding.ASCII.GetBytes($"line number {line}\n"));
        }

        spool.Append("the error\n"u8);
        spool.Seal();

        Assert.Equal(
            "line number 0\nline n\n\e[33;1mJob's log exceeded limit of 20 bytes.\n"
            + "Job execution will continue but no more output will be collected.\e[0;m\n"
            + "\e[33;1mThe last lines of the job's output:\e[0;m\nline number 999\nthe error\n",
            Text(spool));
    }

    [Fact]
    public void Nothing_is_stored_after_sealing()
    {
        using var spool = TraceSpool.Open(File, null, tailBytes: 100);
        spool.Append("all\n"u8);

        spool.Seal();
        spool.Append("late\n"u8);

        Assert.Equal("all\n", Text(spool));
    }

    private static string Text(TraceSpool spool)
    {
        var bytes = new byte[spool.Size];
        spool.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
