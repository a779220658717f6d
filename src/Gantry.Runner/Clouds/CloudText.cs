using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Runner.Clouds;

/// <summary>Encodings that signatures agree on.</summary>
internal static class CloudText
{
    /// <summary>Everything but letters, digits and <c>-._~</c> as upper-case percent codes.</summary>
    public static string Escape(string text) => Uri.EscapeDataString(text);

    /// <summary>A path of an object: slashes stay.</summary>
    public static string EscapePath(string path) => string.Join('/', path.Split('/').Select(Escape));

    /// <summary>Sorted by code point of the escaped names.</summary>
    public static string Query(IEnumerable<(string Name, string Value)> pairs) => string.Join(
        '&', pairs.Select(p => (Name: Escape(p.Name), Value: Escape(p.Value))).OrderBy(p => p.Name, StringComparer.Ordinal)
            .ThenBy(p => p.Value, StringComparer.Ordinal).Select(p => $"{p.Name}={p.Value}"));

    /// <summary>Trimmed, runs of blanks as one.</summary>
    public static string HeaderValue(string value) => string.Join(' ', value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Text that may be any key as a header's value: what is not printable ASCII becomes percent codes.</summary>
    public static string ForHeader(string text)
    {
        var result = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(rune.Value is > ' ' and < 0x7f and not '%' || rune.Value == ' ' ? rune.ToString() : Escape(rune.ToString()));
        }

        return HeaderValue(result.ToString());
    }

    public static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The text of the first such element; null when there is none. For small answers without attributes.</summary>
    public static string? XmlElement(string xml, string name)
    {
        var start = xml.IndexOf($"<{name}>", StringComparison.Ordinal);
        var end = start < 0 ? -1 : xml.IndexOf($"</{name}>", start, StringComparison.Ordinal);
        return end < 0 ? null : WebUtility.HtmlDecode(xml[(start + name.Length + 2)..end].Trim());
    }

    /// <summary><c>: Code: Message</c> of an XML refusal, or nothing.</summary>
    public static string XmlProblem(string body) => XmlElement(body, "Code") is { } code
        ? $": {code}{(XmlElement(body, "Message") is { } message ? $": {OneLine(message)}" : "")}"
        : "";

    public static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim() is { Length: > 300 } longer ? longer[..300] + "…" : text.ReplaceLineEndings(" ").Trim();
}
