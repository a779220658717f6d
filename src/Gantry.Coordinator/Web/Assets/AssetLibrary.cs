using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Gantry.Coordinator.Web.Logs;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Assets;

/// <summary>
/// Stylesheets and scripts, from the program itself. All share one version, the hash of them all, so that a script may import
/// its neighbour by a plain name and everything under <c>/-/assets/&lt;version&gt;/</c> can be kept by browsers for good.
/// </summary>
internal sealed class AssetLibrary
{
    private const string Prefix = "web/";

    // In the order of the cascade.
    private static readonly string[] Sheets = ["tokens.css", "page.css", "parts.css", "views.css", "graph.css", "log.css", "term.css", "xterm.css", "terminal.css"];

    private readonly FrozenDictionary<string, byte[]> _files;

    public AssetLibrary()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..], name => Read(assembly, name));
        files["term.css"] = Encoding.UTF8.GetBytes(LogClasses.Stylesheet());
        // One request instead of many.
        files["all.css"] = [.. Sheets.SelectMany(name => files[name])];
        Version = VersionOf(files);
        _files = files.ToFrozenDictionary();
    }

    /// <summary>Changes when any file does.</summary>
    public string Version { get; }

    public string PathOf(string file) => $"/-/assets/{Version}/{file}";

    /// <summary>Answers with a file; an old version gets the current file without the promise that it stays.</summary>
    public async Task ServeAsync(HttpContext http, string version, string file)
    {
        if (!_files.TryGetValue(file, out var bytes))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var tag = $"\"{Version}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = version == Version ? "public, max-age=31536000, immutable" : "no-cache";
        if (http.Request.Headers.IfNoneMatch == tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = Path.GetExtension(file) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" or ".mjs" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string VersionOf(Dictionary<string, byte[]> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
