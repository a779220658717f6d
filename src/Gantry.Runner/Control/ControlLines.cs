namespace Gantry.Runner.Control;

/// <summary>Lines on a socket.</summary>
internal static class ControlLines
{
    /// <summary>The next line without its end; null at the end, or when it is longer than the buffer.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        var count = 0;
        while (count < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(count), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            count += read;
            // Callers wait for the answer before they ask again, so a line's end is the end of what was read.
            if (buffer[count - 1] == (byte)'\n')
            {
                return buffer.AsMemory(0, count - 1);
            }
        }

        return null;
    }
}
