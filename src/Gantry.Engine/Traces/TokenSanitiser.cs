using System.Buffers;

namespace Gantry.Engine.Traces;

/// <summary>
/// Hides what follows a known token prefix; the prefix stays (official-job-protocol §3.3). Since the prefix is shown
/// anyway nothing is held back: the last bytes shown are remembered to recognise a prefix that was split.
/// </summary>
internal sealed class TokenSanitiser(TokenPrefixes prefixes, ITraceStage next) : ITraceStage
{
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._=-"u8);

    private TokenPrefixes _prefixes = prefixes;

    /// <summary>The end of the text shown before the current write, at most the longest prefix less one byte.</summary>
    private byte[] _seen = new byte[2 * prefixes.MaxLength];

    private int _seenCount;
    private Place _place;

    private enum Place
    {
        Text,

        /// <summary>A prefix is complete; a token byte makes the mark.</summary>
        AfterPrefix,

        /// <summary>The mark is out; token bytes are dropped.</summary>
        Token,
    }

    public void Use(TokenPrefixes prefixes)
    {
        _prefixes = prefixes;
        if (_seen.Length < 2 * prefixes.MaxLength)
        {
            Array.Resize(ref _seen, 2 * prefixes.MaxLength);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (_place != Place.Text)
            {
                var end = bytes[at..].IndexOfAnyExcept(TokenBytes);
                end = end < 0 ? bytes.Length : at + end;
                if (end > at && _place == Place.AfterPrefix)
                {
                    next.Mask();
                    _place = Place.Token;
                }

                at = end;
                if (at == bytes.Length)
                {
                    return;
                }

                _place = Place.Text;
                _seenCount = 0;
            }

            var shown = EndOfPrefix(bytes[at..]);
            next.Write(bytes.Slice(at, shown));
            if (_place == Place.Text)
            {
                Remember(bytes.Slice(at, shown));
            }

            at += shown;
        }
    }

    public void Mask()
    {
        // Part of a token was hidden by another rule: the rest of it must not show.
        if (_place == Place.Token)
        {
            return;
        }

        _seenCount = 0;
        _place = _place == Place.AfterPrefix ? Place.Token : Place.Text;
        next.Mask();
    }

    public void EndWrite() => next.EndWrite();

    public void Close()
    {
        _place = Place.Text;
        _seenCount = 0;
        next.Close();
    }

    /// <summary>How much of the text is shown: up to the end of the first prefix in it (then the place moves on), else all.</summary>
    private int EndOfPrefix(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var skip = text[at..].IndexOfAny(_prefixes.LastBytes);
            if (skip < 0)
            {
                break;
            }

            at += skip;
            if (IsEndOfPrefix(text[..(at + 1)]))
            {
                _place = Place.AfterPrefix;
                _seenCount = 0;
                return at + 1;
            }
        }

        return text.Length;
    }

    private bool IsEndOfPrefix(ReadOnlySpan<byte> text)
    {
        if (text.Length >= _prefixes.MaxLength || _seenCount == 0)
        {
            return _prefixes.EndsWithPrefix(text);
        }

        Span<byte> joined = stackalloc byte[256];
        if (_seenCount + text.Length > joined.Length)
        {
            joined = new byte[_seenCount + text.Length];
        }

        _seen.AsSpan(0, _seenCount).CopyTo(joined);
        text.CopyTo(joined[_seenCount..]);
        return _prefixes.EndsWithPrefix(joined[..(_seenCount + text.Length)]);
    }

    private void Remember(ReadOnlySpan<byte> shown)
    {
        var wanted = _prefixes.MaxLength - 1;
        if (shown.Length >= wanted)
        {
            shown[^wanted..].CopyTo(_seen);
            _seenCount = wanted;
            return;
        }

        var kept = Math.Min(_seenCount, wanted - shown.Length);
        _seen.AsSpan(_seenCount - kept, kept).CopyTo(_seen);
        shown.CopyTo(_seen.AsSpan(kept));
        _seenCount = kept + shown.Length;
    }
}
