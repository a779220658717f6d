using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>
/// Takes the line in which a stage's own shell says that it has ended, and how, out of standard error; everything else goes on. Processes
/// that it leaves behind may hold the connection open much longer. One writer.
/// </summary>
internal sealed class EndMark(Action<ReadOnlyMemory<byte>> rest)
{
    private readonly byte[] _mark = Encoding.ASCII.GetBytes("gantry-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + " ");
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayBufferWriter<byte> _kept = new();

    /// <summary>How the shell ended, as soon as it has said so.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>Runs the shell, and says how it ended. A signal to end is the shell's, not this one's.</summary>
    /// <param name="shell">A command that reads its script from standard input.</param>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> shell) =>
        ["sh", "-c", $"trap : TERM INT HUP\n\"$@\"\ns=$?\necho \"{Encoding.ASCII.GetString(_mark)}$s\" >&2\nexit $s\n", "sh", .. shell];

    public void Take(ReadOnlySpan<byte> bytes)
    {
        _kept.Write(bytes);
        var text = _kept.WrittenSpan;
        var at = text.IndexOf(_mark);
        if (at >= 0 && text[(at + _mark.Length)..].IndexOf((byte)'\n') is >= 0 and var length)
        {
            var number = Encoding.ASCII.GetString(text.Slice(at + _mark.Length, length));
            var after = at + _mark.Length + length + 1;
            Give(text[..at]);
            Give(text[after..]);
            _kept.Clear();
            _ended.TrySetResult(int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 1);
            return;
        }

        // What may be the beginning of the mark stays; everything before it is not ours.
        var keep = at >= 0 ? text.Length - at : Beginning(text);
        Give(text[..^keep]);
        var left = text[^keep..].ToArray();
        _kept.Clear();
        _kept.Write(left);
    }

    /// <summary>No more comes.</summary>
    public void End()
    {
        Give(_kept.WrittenSpan);
        _kept.Clear();
    }

    private int Beginning(ReadOnlySpan<byte> text)
    {
        for (var length = Math.Min(text.Length, _mark.Length - 1); length > 0; length--)
        {
            if (_mark.AsSpan().StartsWith(text[^length..]))
            {
                return length;
            }
        }

        return 0;
    }

    private void Give(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            rest(bytes.ToArray());
        }
    }
}
