using System.Buffers.Binary;
using CsCheck;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Tests.Docker.Api;

public sealed class StreamFramesTests
{
    [Fact]
    public void Any_chunking_gives_the_same_bytes_per_stream()
    {
        var frames = Gen.Select(Gen.Byte[1, 2], Gen.Byte.Array[0, 40]).Array[0, 12];
        Gen.Select(frames, Gen.Int[1, 17]).Sample((all, step) =>
        {
            var wire = all.SelectMany(f => Frame(f.Item1, f.Item2)).ToArray();
            var (output, error) = (new List<byte>(), new List<byte>());
            var splitter = new StreamFrames.Splitter((stream, bytes) => (stream == EngineStream.Output ? output : error).AddRange(bytes));
            for (var at = 0; at < wire.Length; at += step)
            {
                splitter.Feed(wire.AsSpan(at, Math.Min(step, wire.Length - at)));
            }

            splitter.End();
            Assert.Equal(all.Where(f => f.Item1 == 1).SelectMany(f => f.Item2), output);
            Assert.Equal(all.Where(f => f.Item1 == 2).SelectMany(f => f.Item2), error);
        });
    }

    [Fact]
    public void A_stream_that_ends_inside_a_frame_is_broken()
    {
        var wire = Frame(1, [1, 2, 3]);
        var splitter = new StreamFrames.Splitter((_, _) => { });
        splitter.Feed(wire.AsSpan(0, wire.Length - 1));
        Assert.Contains("1 bytes were still to come", Assert.Throws<IOException>(splitter.End).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_frame_are_refused()
    {
        var splitter = new StreamFrames.Splitter((_, _) => { });
        Assert.Throws<IOException>(() => splitter.Feed("plain text of a terminal"u8));
    }

    private static byte[] Frame(byte stream, byte[] bytes)
    {
        var frame = new byte[8 + bytes.Length];
        frame[0] = stream;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)bytes.Length);
        bytes.CopyTo(frame, 8);
        return frame;
    }
}
