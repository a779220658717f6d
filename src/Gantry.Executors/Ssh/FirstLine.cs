using System.Buffers;
using System.Text;

namespace Gantry.Executors.Ssh;

/// <summary>
/// Takes the line in which a stage's shell says who it is out of standard error; everything else goes on, also what the profile of the
/// user's shell may print before it. One writer.
/// </summary>
internal sealed class FirstLine(string mark, RemoteOutput rest)
{
    /// <summary>What prints more than this before the line is no shell of ours.</summary>
    private const int Longest = 64 * 1024;

    private readonly TaskCompletionSource<RemoteSession?> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte>? _kept = new();

    /// <summary>Null: there was no such line.</summary>
    public Task<RemoteSession?> Session => _session.Task;

    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (_kept is null)
        {
            rest(bytes);
            return;
        }

        _kept.Write(bytes);
        var text = _kept.WrittenSpan;
        var done = 0;
        while (_kept is not null && text[done..].IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = text.Slice(done, end);
            done += end + 1;
            if (RemoteSession.Parse(Encoding.UTF8.GetString(line), mark) is { } session)
            {
                _session.TrySetResult(session);
                _kept = null;
            }
            else
            {
                rest(text.Slice(done - end - 1, end + 1));
            }
        }

        Keep(text[done..]);
    }

    /// <summary>No more comes.</summary>
    public void End()
    {
        if (_kept is { WrittenCount: > 0 } kept)
        {
            rest(kept.WrittenSpan);
        }

        _kept = null;
        _session.TrySetResult(null);
    }

    private void Keep(ReadOnlySpan<byte> left)
    {
        if (_kept is null || left.Length > Longest)
        {
            rest(left);
            _kept = null;
            _session.TrySetResult(null);
            return;
        }

        var copy = left.ToArray();
        _kept.Clear();
        _kept.Write(copy);
    }
}
