using System.Buffers;
using System.Buffers.Binary;

namespace Gantry.Executors.Docker.Api;

/// <summary>Which stream of a container a frame belongs to; the numbers are the wire's.</summary>
internal enum EngineStream : byte
{
    Input = 0,
    Output = 1,
    Error = 2,

    /// <summary>The engine's own complaint about the stream, as text.</summary>
    Engine = 3,
}

/// <summary>Takes the bytes of one frame, or a part of them; valid during the call only.</summary>
internal delegate void FrameReceiver(EngineStream stream, ReadOnlySpan<byte> bytes);

/// <summary>
/// Splits the engine's multiplexed stream (containers without a terminal) into its parts. A frame is an 8-byte head
/// (stream number, three zeros, big-endian length) and the bytes. Memory is one buffer, whatever the frames' lengths.
/// </summary>
internal static class StreamFrames
{
    private const int HeadLength = 8;

    // Larger than the engine's own 32 KiB frames, so that one read takes several of them.
    private const int BufferLength = 128 * 1024;

    /// <summary>Reads to the end of <paramref name="source"/>.</summary>
    /// <exception cref="IOException">The stream ended inside a frame, or is no frame stream.</exception>
    public static async Task CopyAsync(Stream source, FrameReceiver receiver, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            var splitter = new Splitter(receiver);
            int read;
            while ((read = await source.ReadAsync(buffer.AsMemory(0, BufferLength), cancellationToken)) > 0)
            {
                splitter.Feed(buffer.AsSpan(0, read));
            }

            splitter.End();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The state between two reads; feed it any chunking.</summary>
    internal sealed class Splitter(FrameReceiver receiver)
    {
        private readonly byte[] _head = new byte[HeadLength];
        private int _headFilled;
        private uint _left;
        private EngineStream _stream;

        public void Feed(ReadOnlySpan<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                if (_left == 0)
                {
                    bytes = TakeHead(bytes);
                    continue;
                }

                var part = bytes[..(int)Math.Min(_left, (uint)bytes.Length)];
                receiver(_stream, part);
                _left -= (uint)part.Length;
                bytes = bytes[part.Length..];
            }
        }

        public void End()
        {
            if (_left != 0 || _headFilled != 0)
            {
                throw new IOException($"the engine's stream ended inside a frame ({_left} bytes were still to come)");
            }
        }

        private ReadOnlySpan<byte> TakeHead(ReadOnlySpan<byte> bytes)
        {
            var part = bytes[..Math.Min(HeadLength - _headFilled, bytes.Length)];
            part.CopyTo(_head.AsSpan(_headFilled));
            _headFilled += part.Length;
            if (_headFilled == HeadLength)
            {
                if (_head[0] > (byte)EngineStream.Engine || (_head[1] | _head[2] | _head[3]) != 0)
                {
                    throw new IOException($"the engine sent something that is not a frame (it begins with {Convert.ToHexString(_head)})");
                }

                _stream = (EngineStream)_head[0];
                _left = BinaryPrimitives.ReadUInt32BigEndian(_head.AsSpan(4));
                _headFilled = 0;
            }

            return bytes[part.Length..];
        }
    }
}
