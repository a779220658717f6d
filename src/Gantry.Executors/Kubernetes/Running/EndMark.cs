using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>
/// Takes the lines in which a program of ours in the pod (<see cref="PodPrograms"/>) says what became of a script out of its standard error;
/// everything else goes on. Of one connection; one writer.
/// </summary>
/// <param name="rest">Takes what is not ours.</param>
/// <param name="begun">Called when the script has begun, and needs this connection no more.</param>
internal sealed class EndMark(Action<ReadOnlyMemory<byte>> rest, Action? begun = null)
{
    private const int LongestWord = 16;

    private readonly byte[] _mark = Encoding.ASCII.GetBytes("gantry-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)) + " ");
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayBufferWriter<byte> _kept = new();
    private volatile string _said = "";

    /// <summary>What the lines begin with: a word that nobody can guess.</summary>
    public string Word => Encoding.ASCII.GetString(_mark.AsSpan(..^1));

    /// <summary>How the shell ended, as soon as it has been said.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>The script runs, and does not need this connection.</summary>
    public bool HasBegun => _said == "begun";

    /// <summary>The script needs this connection: the image lacks what would keep its output.</summary>
    public bool IsPlain => _said == "plain";

    /// <summary>The script had not begun, and will not.</summary>
    public bool NeverBegan => _said == "none";

    /// <summary>The shell that waited for the script was killed.</summary>
    public bool WasKilled => _said == "killed";

    /// <summary>Somebody removed what is known of the script.</summary>
    public bool IsGone => _said == "gone";

    public void Take(ReadOnlySpan<byte> bytes)
    {
        _kept.Write(bytes);
        var text = _kept.WrittenSpan;
        int at;
        while ((at = text.IndexOf(_mark)) >= 0)
        {
            var after = text[(at + _mark.Length)..];
            var length = after.IndexOf((byte)'\n');
            if (length < 0 && after.Length <= LongestWord)
            {
                break;
            }

            Give(text[..at]);
            if (length is >= 0 and <= LongestWord)
            {
                Hear(Encoding.ASCII.GetString(after[..length]));
                after = after[(length + 1)..];
            }

            // Else somebody has found the mark, and plays with it.
            text = after;
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

    private void Hear(string word)
    {
        if (word.Length > 0 && word.All(char.IsAsciiDigit))
        {
            _ended.TrySetResult(int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 1);
        }
        else
        {
            _said = word;
            if (HasBegun)
            {
                begun?.Invoke();
            }
        }
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
