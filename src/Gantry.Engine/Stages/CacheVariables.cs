using System.Text.Encodings.Web;
using System.Text.Json;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Stages;

/// <summary>
/// Variables that cache helpers of stage scripts are told about stores with. Signed addresses are secrets: in arguments every
/// process of the machine could read them.
/// </summary>
public static class CacheVariables
{
    public const string Url = "GANTRY_CACHE_URL";
    public const string HeadUrl = "GANTRY_CACHE_HEAD_URL";
    public const string AlternateUrl = "GANTRY_CACHE_ALTERNATE_URL";
    public const string AlternateHeadUrl = "GANTRY_CACHE_ALTERNATE_HEAD_URL";

    /// <summary>One <c>Name: value</c> per line.</summary>
    public const string Headers = "GANTRY_CACHE_HEADERS";

    /// <summary>A JSON object; <c>cachekey</c> is the key as people read it.</summary>
    public const string Metadata = "CACHE_METADATA";

    /// <summary>The entry's own key, for a candidate that is a fallback.</summary>
    public const string WantedKey = "GANTRY_CACHE_WANTED_KEY";

    public const string MaximumSize = "CACHE_MAX_UPLOADED_ARCHIVE_SIZE";

    internal static IEnumerable<(string Key, Word Value)> Of(RemoteCache? remote)
    {
        if (remote is null)
        {
            yield break;
        }

        yield return (Url, remote.Address.Url.Reveal());
        if (!remote.Address.HeadUrl.IsEmpty)
        {
            yield return (HeadUrl, remote.Address.HeadUrl.Reveal());
        }

        if (remote.Alternate is { } alternate)
        {
            yield return (AlternateUrl, alternate.Url.Reveal());
            yield return (AlternateHeadUrl, alternate.HeadUrl.Reveal());
        }

        if (remote.Address.Headers.Count > 0)
        {
            yield return (Headers, string.Join('\n', remote.Address.Headers.Select(h => $"{h.Key}: {h.Value}")));
        }

        if (remote.Address.MaximumSize > 0)
        {
            yield return (MaximumSize, remote.Address.MaximumSize.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    internal static (string Key, Word Value) Key(string human) =>
        (Metadata, $"{{\"cachekey\":\"{JsonEncodedText.Encode(human, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"}}");
}
