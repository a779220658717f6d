using System.Net.Http.Headers;
using System.Text.Json;
using Gantry.Runner.Clouds;

namespace Gantry.Runner.Transfers;

/// <summary><c>metadata.json</c> beside a cache archive: what the store knows about it, keys in lower case (official-job-protocol §7.7).</summary>
internal static class CacheMetadata
{
    private const string FileName = "metadata.json";

    /// <summary>The <c>x-*-meta-*</c> headers.</summary>
    public static Dictionary<string, string> Of(HttpResponseHeaders headers)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in headers)
        {
            var parts = header.Key.ToLowerInvariant().Split('-', 4);
            if (parts is ["x", _, "meta", { Length: > 0 } key])
            {
                found[key] = string.Join(',', header.Value);
            }
        }

        return found;
    }

    /// <summary>Of <c>CACHE_METADATA</c>; what is no object of texts counts as empty.</summary>
    public static Dictionary<string, string> Parse(string json) => json.Length == 0
        ? []
        : (CloudJson.Read(json, CloudJson.Default.DictionaryStringString) ?? [])
            .DistinctBy(p => p.Key.ToLowerInvariant()).ToDictionary(p => p.Key.ToLowerInvariant(), p => p.Value, StringComparer.Ordinal);

    public static string Text(Dictionary<string, string> metadata) => JsonSerializer.Serialize(metadata, CloudJson.Default.DictionaryStringString);

    public static async Task WriteAsync(string archive, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        }

        await using var file = new FileStream(Path.Combine(Path.GetDirectoryName(archive)!, FileName), options);
        await JsonSerializer.SerializeAsync(file, new Dictionary<string, string>(metadata), CloudJson.Default.DictionaryStringString, cancellationToken);
    }
}
