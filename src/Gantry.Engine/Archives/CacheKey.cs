using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Engine.Archives;

/// <summary>
/// One cache key in its three forms (official-job-protocol §7.6): what people read, what files and objects are named by,
/// and the name the other setting of <c>FF_HASH_CACHE_KEYS</c> would have used (tried too, so that caches survive the switch).
/// </summary>
public sealed record CacheKey
{
    /// <summary>The suffix that only the server may give: it says who may write the cache.</summary>
    public const string ProtectedSuffix = "-protected";

    private CacheKey(string human, string name, string alternate, bool isHashed)
    {
        Human = human;
        Name = name;
        Alternate = alternate;
        IsHashed = isHashed;
    }

    /// <summary>The key as printed: sanitised, or raw when hashed.</summary>
    public string Human { get; }

    /// <summary>The key in paths and object names: sanitised, or its SHA-256 in hex.</summary>
    public string Name { get; }

    /// <summary>The same cache under the other naming. Empty when the raw key cannot be sanitised.</summary>
    public string Alternate { get; }

    /// <summary>Object names of hashed keys are sharded by the first two characters.</summary>
    public bool IsHashed { get; }

    /// <summary>
    /// The key of an entry. <paramref name="warning"/> is set when sanitising changed it (the key is still usable) and when
    /// nothing usable was left (then null is returned). A null result with a null warning is an empty key.
    /// </summary>
    /// <param name="raw">Variables already expanded; empty for an entry without <c>key</c> that has no default either.</param>
    /// <param name="hash"><c>FF_HASH_CACHE_KEYS</c>.</param>
    /// <param name="warning">For the job log.</param>
    public static CacheKey? From(string raw, bool hash, out string? warning)
    {
        warning = null;
        if (raw.Length == 0)
        {
            return null;
        }

        var usable = TrySanitise(raw, out var sanitised);
        if (hash)
        {
            return new CacheKey(raw, Hash(raw), sanitised ?? "", isHashed: true);
        }

        if (!usable)
        {
            warning = $"cache key {GoText.Quote(raw)} could not be sanitized";
            return null;
        }

        if (sanitised != raw)
        {
            warning = $"cache key {GoText.Quote(raw)} sanitized to {GoText.Quote(sanitised!)}";
        }

        return new CacheKey(sanitised!, sanitised!, Hash(sanitised!), isHashed: false);
    }

    /// <summary>The raw key of an entry that names none.</summary>
    public static string Default(string jobName, string reference) =>
        jobName.Length == 0 && reference.Length == 0 ? "" : $"{jobName}/{reference}";

    /// <summary>
    /// Decodes <c>%2f</c> and <c>%2e</c>, takes <c>\</c> as <c>/</c>, resolves <c>.</c> and <c>..</c> below a root that cannot
    /// be left, and strips white space from the end of the last segments (dropping those that become empty).
    /// False when nothing is left of a key that was not empty; an empty key stays empty.
    /// </summary>
    public static bool TrySanitise(string raw, [NotNullWhen(true)] out string? key)
    {
        var decoded = new StringBuilder(raw)
            .Replace("%2f", "/").Replace("%2F", "/").Replace("%2e", ".").Replace("%2E", ".").Replace('\\', '/').ToString();
        List<string> segments = [];
        foreach (var segment in decoded.Split('/'))
        {
            switch (segment)
            {
                case "" or ".":
                    break;
                case "..":
                    segments = segments is [] ? segments : segments[..^1];
                    break;
                default:
                    segments.Add(segment);
                    break;
            }
        }

        while (segments.Count > 0)
        {
            segments[^1] = segments[^1].TrimEnd();
            // Without its blanks a segment may be a dot segment again, which must not survive as one.
            if (segments[^1] is not ("" or "." or ".."))
            {
                break;
            }

            segments.RemoveAt(segments.Count - 1);
        }

        key = string.Join('/', segments);
        return key.Length > 0 || raw.Length == 0;
    }

    /// <summary>
    /// <c>CACHE_FALLBACK_KEY</c> is the user's: it must not name a cache that only protected branches may write, also not with
    /// dots or blanks behind, which some file systems drop.
    /// </summary>
    public static bool IsAllowedFallback(string key) =>
        !key.TrimEnd('.', ' ').EndsWith(ProtectedSuffix, StringComparison.Ordinal);

    /// <summary>The local archive below the job's cache folder: always <c>cache.zip</c>, whatever the format.</summary>
    public static string LocalFile(string cacheFolder, string name) => $"{cacheFolder.TrimEnd('/')}/{name}/cache.zip";

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
