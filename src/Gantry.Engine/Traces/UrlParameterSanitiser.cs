using System.Buffers;
using System.Text;

namespace Gantry.Engine.Traces;

/// <summary>
/// Hides the values of URL parameters that carry credentials (official-job-protocol §3.4). After <c>?</c> or
/// <c>&amp;</c>, one of the known keys in any case and <c>=</c>, everything up to the next <c>?</c>, <c>&amp;</c>, white
/// space or control character is replaced. Nothing needs to be held back: the key is shown as it comes.
/// </summary>
internal sealed class UrlParameterSanitiser(ITraceStage next) : ITraceStage
{
    private const int LongestKey = 20;

    private static readonly SearchValues<byte> Separators = SearchValues.Create("?&"u8);

    /// <summary>
    /// ASCII white space and control characters. Wider Unicode spaces inside a URL's value only make the mark longer.
    /// </summary>
    private static readonly SearchValues<byte> ValueEnds =
        SearchValues.Create([(byte)'?', (byte)'&', 0x7F, .. Enumerable.Range(0, 0x21).Select(value => (byte)value)]);

    private readonly byte[] _key = new byte[LongestKey];
    private int _keyLength;
    private Place _place;

    private enum Place
    {
        Text,
        Key,
        Value,
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        var shown = 0;
        var at = 0;
        while (at < bytes.Length)
        {
            switch (_place)
            {
                case Place.Text:
                    var separator = bytes[at..].IndexOfAny(Separators);
                    at = separator < 0 ? bytes.Length : at + separator + 1;
                    _place = separator < 0 ? Place.Text : Place.Key;
                    _keyLength = 0;
                    break;
                case Place.Key:
                    at = ReadKey(bytes, at);
                    if (_place == Place.Value)
                    {
                        next.Write(bytes[shown..at]);
                        next.Mask();
                        shown = bytes.Length;
                    }

                    break;
                default:
                    var end = bytes[at..].IndexOfAny(ValueEnds);
                    at = end < 0 ? bytes.Length : at + end;
                    _place = end < 0 ? Place.Value : Place.Text;
                    shown = at;
                    break;
            }
        }

        if (shown < bytes.Length)
        {
            next.Write(bytes[shown..]);
        }
    }

    public void Mask()
    {
        if (_place == Place.Value)
        {
            return;
        }

        _place = Place.Text;
        next.Mask();
    }

    public void EndWrite() => next.EndWrite();

    public void Close()
    {
        _place = Place.Text;
        next.Close();
    }

    private static bool IsKnown(ReadOnlySpan<byte> key) => key.Length switch
    {
        9 => Ascii.EqualsIgnoreCase(key, "rss_token"u8),
        13 => Ascii.EqualsIgnoreCase(key, "private_token"u8),
        15 => Ascii.EqualsIgnoreCase(key, "x-amz-signature"u8),
        16 => Ascii.EqualsIgnoreCase(key, "x-amz-credential"u8),
        18 => Ascii.EqualsIgnoreCase(key, "authenticity_token"u8),
        20 => Ascii.EqualsIgnoreCase(key, "x-amz-security-token"u8),
        _ => false,
    };

    /// <summary>Reads on in a key; leaves the state where the next byte belongs.</summary>
    private int ReadKey(ReadOnlySpan<byte> bytes, int at)
    {
        for (; at < bytes.Length; at++)
        {
            var value = bytes[at];
            if (value == (byte)'=')
            {
                _place = IsKnown(_key.AsSpan(0, _keyLength)) ? Place.Value : Place.Text;
                return at + 1;
            }

            if (_keyLength == LongestKey || value is (byte)'?' or (byte)'&')
            {
                _place = Place.Text;
                return at;
            }

            _key[_keyLength++] = value;
        }

        return at;
    }
}
