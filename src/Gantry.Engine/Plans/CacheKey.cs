using System.Security.Cryptography;
using System.Text;

namespace Gantry.Engine.Plans;

/// <summary>Turns what a user wrote as cache key into a safe relative path (official-job-protocol §7.6).</summary>
internal static class CacheKey
{
    /// <summary>
    /// Decodes <c>%2f</c> and <c>%2e</c>, takes backslashes for slashes, resolves dots below a root of its own, and strips
    /// white space from the end. Empty when nothing usable is left.
    /// </summary>
    public static string Sanitise(string key)
    {
        var slashed = key.Replace('\\', '/')
            .Replace("%2f", "/", StringComparison.OrdinalIgnoreCase)
            .Replace("%2e", ".", StringComparison.OrdinalIgnoreCase);
        var segments = GuestPath.Clean("/" + slashed).Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        while (segments.Count > 0)
        {
            var last = segments[^1].TrimEnd();
            segments.RemoveAt(segments.Count - 1);
            // What is left after trimming may be a dot segment again, which must not survive as one.
            if (last is not ("" or "." or ".."))
            {
                segments.Add(last);
                break;
            }
        }

        return string.Join('/', segments);
    }

    /// <summary>The form used with <c>FF_HASH_CACHE_KEYS</c>.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>A text as Go quotes it, which is how the warnings about keys show them.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '\\' => "\\\\",
                '"' => "\\\"",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
