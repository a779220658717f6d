using System.Text;
using System.Text.Encodings.Web;

namespace Gantry.Engine.Traces;

/// <summary>
/// Forms in which programs print a value without meaning to show it: base64 (also as a part of a longer text), URL
/// encoding, JSON strings, terminal line ends. An addition of ours: the official runner hides the plain value only.
/// </summary>
internal static class EncodedPhrases
{
    /// <summary>
    /// Shorter values, and pieces of base64, are left alone: their encoded forms would hide half of an ordinary log.
    /// </summary>
    private const int ShortestForBase64 = 8;

    public static IEnumerable<string> Of(string phrase)
    {
        if (phrase.Contains('\n') && !phrase.Contains('\r'))
        {
            yield return phrase.Replace("\n", "\r\n", StringComparison.Ordinal);
        }

        foreach (var form in UrlForms(phrase).Concat(JsonForms(phrase)))
        {
            yield return form;
        }

        var bytes = Encoding.UTF8.GetBytes(phrase);
        if (bytes.Length < ShortestForBase64)
        {
            yield break;
        }

        foreach (var form in Base64Forms(bytes))
        {
            yield return form;
            if (form.AsSpan().ContainsAny('+', '/'))
            {
                yield return form.Replace('+', '-').Replace('/', '_');
            }
        }
    }

    private static IEnumerable<string> UrlForms(string phrase)
    {
        var upper = Uri.EscapeDataString(phrase);
        if (upper == phrase)
        {
            yield break;
        }

        yield return upper;
        yield return upper.Replace("%20", "+", StringComparison.Ordinal);
        yield return LowerCaseEscapes(upper);
        yield return LowerCaseEscapes(upper).Replace("%20", "+", StringComparison.Ordinal);
    }

    private static string LowerCaseEscapes(string escaped)
    {
        var text = new StringBuilder(escaped);
        for (var i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] == '%')
            {
                text[i + 1] = char.ToLowerInvariant(text[i + 1]);
                text[i + 2] = char.ToLowerInvariant(text[i + 2]);
                i += 2;
            }
        }

        return text.ToString();
    }

    /// <summary>Without the quotes: as most libraries write it, as Go and others write it for web pages, and with slashes escaped.</summary>
    private static IEnumerable<string> JsonForms(string phrase)
    {
        var relaxed = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(phrase);
        if (relaxed != phrase)
        {
            yield return relaxed;
        }

        var forWeb = relaxed.Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal);
        if (forWeb != relaxed)
        {
            yield return forWeb;
        }

        if (relaxed.Contains('/'))
        {
            yield return relaxed.Replace("/", "\\/", StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// The value alone (with padding, and with a line end as <c>echo</c> adds it), then the characters that every text
    /// containing the value has, for each of the three ways in which it can lie across groups of three bytes.
    /// </summary>
    private static IEnumerable<string> Base64Forms(byte[] bytes)
    {
        yield return Convert.ToBase64String(bytes);
        yield return Convert.ToBase64String([.. bytes, (byte)'\n']);
        for (var before = 0; before < 3; before++)
        {
            byte[] shifted = [.. new byte[before], .. bytes];
            var text = Convert.ToBase64String(shifted);
            // Six bits per character: the first ones that hold none of the bits before, up to the last complete one.
            var from = ((before * 8) + 5) / 6;
            var to = shifted.Length * 8 / 6;
            yield return text[from..to];
        }
    }
}
