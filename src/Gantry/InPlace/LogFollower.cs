using System.Globalization;
using System.Text;

namespace Gantry.InPlace;

/// <summary>
/// Prints a growing file as lines <c>OFFSET TEXT</c>, the offset being that behind the line, until it is stopped. Lines longer
/// than the buffer come in pieces.
/// </summary>
internal sealed class LogFollower(TextWriter output, TimeProvider time)
{
    /// <summary>Exit status when the file does not appear.</summary>
    public const int MissingFile = 100;

    private const int LongestLine = 16 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <returns>False: the file did not appear in time.</returns>
    public async Task<bool> RunAsync(string path, long offset, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            if (!await AppearsAsync(path, wait, cancellationToken))
            {
                return false;
            }

            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(offset, SeekOrigin.Begin);
            await FollowAsync(file, offset, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped: that is how following ends.
        }

        return true;
    }

    private async Task<bool> AppearsAsync(string path, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (!File.Exists(path))
        {
            if (time.GetElapsedTime(started) >= wait)
            {
                return false;
            }

            await Task.Delay(wait < Pause ? wait : Pause, time, cancellationToken);
        }

        return true;
    }

    private async Task FollowAsync(FileStream file, long offset, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestLine];
        var count = 0;
        while (true)
        {
            var read = await file.ReadAsync(buffer.AsMemory(count), cancellationToken);
            if (read == 0)
            {
                await Task.Delay(Pause, time, cancellationToken);
                continue;
            }

            count += read;
            var start = 0;
            while (buffer.AsSpan(start, count - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                offset += length + 1;
                Print(offset, buffer.AsSpan(start, length + 1));
                start += length + 1;
            }

            if (start == 0 && count == buffer.Length)
            {
                offset += count;
                Print(offset, buffer);
                output.Write('\n');
                start = count;
            }

            buffer.AsSpan(start, count - start).CopyTo(buffer);
            count -= start;
        }
    }

    private void Print(long offset, ReadOnlySpan<byte> line) =>
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{offset} {Encoding.UTF8.GetString(line)}"));
}
