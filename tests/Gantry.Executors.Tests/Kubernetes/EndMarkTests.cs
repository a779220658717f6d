using System.Text;
using Gantry.Executors.Kubernetes.Running;

namespace Gantry.Executors.Tests.Kubernetes;

public sealed class EndMarkTests
{
    [Fact]
    public async Task The_mark_is_taken_out_however_the_stream_is_cut()
    {
        for (var size = 1; size < 80; size++)
        {
            var seen = new StringBuilder();
            var mark = new EndMark(bytes => seen.Append(Encoding.UTF8.GetString(bytes.Span)));
            var text = Encoding.UTF8.GetBytes($"gantry- is not it, {mark.Word} begun\ngantry-0 neither\nlast words{mark.Word} 42\nand an orphan");
            for (var at = 0; at < text.Length; at += size)
            {
                mark.Take(text.AsSpan(at, Math.Min(size, text.Length - at)));
            }

            mark.End();

            Assert.Equal("gantry- is not it, gantry-0 neither\nlast wordsand an orphan", seen.ToString());
            Assert.True(mark.Ended.IsCompletedSuccessfully);
            Assert.Equal(42, await mark.Ended);
            Assert.True(mark.HasBegun);
        }
    }

    [Fact]
    public void Without_a_mark_everything_comes_through()
    {
        var seen = new StringBuilder();
        var mark = new EndMark(bytes => seen.Append(Encoding.UTF8.GetString(bytes.Span)));
        mark.Take("killed in the mid"u8);
        mark.Take("dle: gantry-"u8);
        mark.End();
        Assert.Equal("killed in the middle: gantry-", seen.ToString());
        Assert.False(mark.Ended.IsCompleted);
    }

    [Fact]
    public void Who_finds_the_mark_and_goes_on_talking_is_not_listened_to_nor_kept()
    {
        var seen = 0;
        var mark = new EndMark(bytes => seen += bytes.Length);
        mark.Take(Encoding.UTF8.GetBytes(mark.Word + " "));
        for (var i = 0; i < 1_000; i++)
        {
            mark.Take("012345678901234567890123456789"u8);
        }

        Assert.Equal(30_000, seen);
        Assert.False(mark.Ended.IsCompleted);
    }
}
