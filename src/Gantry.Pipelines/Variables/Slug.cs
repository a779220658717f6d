using System.Security.Cryptography;
using System.Text;

namespace Gantry.Pipelines.Variables;

/// <summary>Names made safe for hosts and urls.</summary>
public static class Slug
{
    /// <summary>Lower case, other characters as hyphens, 63 bytes, no hyphen at either end.</summary>
    public static string Of(string text)
    {
        var slug = new StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant())
        {
            slug.Append(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-');
        }

        var cut = slug.Length > 63 ? slug.ToString(0, 63) : slug.ToString();
        return cut.Trim('-');
    }

    /// <summary>24 characters, begins with a letter; six characters of a hash when it was shortened or changed.</summary>
    public static string OfEnvironment(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name.ToLowerInvariant())
        {
            var safe = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-';
            if (safe != '-' || slug.Length == 0 || slug[^1] != '-')
            {
                slug.Append(safe);
            }
        }

        var text = slug.ToString();
        if (text.Length == 0 || !char.IsAsciiLetterLower(text[0]))
        {
            text = "env-" + text;
        }

        var wasChanged = text != name || text.Length > 24;
        if (!wasChanged)
        {
            return text.TrimEnd('-');
        }

        text = text.Length > 17 ? text[..17] : text;
        return $"{text}{(text.EndsWith('-') ? "" : "-")}{HashOf(name)}";
    }

    // The base 36 of the SHA-256, last six digits: what GitLab appends.
    private static string HashOf(string name)
    {
        var number = new System.Numerics.BigInteger(SHA256.HashData(Encoding.UTF8.GetBytes(name)), isUnsigned: true, isBigEndian: true);
        var digits = new char[6];
        for (var i = 5; i >= 0; i--)
        {
            var digit = (int)(number % 36);
            digits[i] = digit < 10 ? (char)('0' + digit) : (char)('a' + digit - 10);
            number /= 36;
        }

        return new string(digits);
    }
}
