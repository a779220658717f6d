using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Patterns;
using Gantry.Pipelines.Rules;

namespace Gantry.Pipelines.Creation;

/// <summary>Keys that are made of files: a digest of their contents, or of the last commits that touched them.</summary>
internal static class CacheKeys
{
    /// <summary>Fetches what <see cref="Resolve"/> will ask for.</summary>
    public static async ValueTask LoadAsync(IReadOnlyList<CacheEntry>? caches, RepositoryFacts facts, CancellationToken cancellationToken)
    {
        foreach (var files in (caches ?? []).Select(cache => cache.KeyFiles).OfType<CacheKeyFiles>())
        {
            await facts.LoadTreeAsync(cancellationToken);
            if (files.ByCommit)
            {
                foreach (var path in Existing(files, facts.Own))
                {
                    await facts.LoadCommitAsync(path, cancellationToken);
                }
            }
        }
    }

    public static IReadOnlyList<CacheModel> Resolve(IReadOnlyList<CacheEntry>? caches, RepositoryFacts facts) =>
        caches is null ? [] : [.. caches.Select((cache, position) => new CacheModel
        {
            Key = cache.KeyFiles is { } files ? Key(files, position, facts) : cache.Key ?? "default",
            Paths = cache.Paths,
            Untracked = cache.Untracked,
            Unprotect = cache.Unprotect,
            When = cache.When,
            Policy = cache.Policy,
            FallbackKeys = cache.FallbackKeys,
        })];

    private static string Key(CacheKeyFiles files, int position, RepositoryFacts facts)
    {
        var ids = Existing(files, facts.Own)
            .Select(path => files.ByCommit ? facts.LastCommit(path) : facts.Own.BlobOf(path))
            .OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var digest = ids.Count == 0 ? "default" : Digest(string.Join('-', ids));
        var prefix = files.Prefix
            ?? string.Create(CultureInfo.InvariantCulture, $"{position}_{string.Join('_', files.Files.Select(file => file.Split('.')[0]))}");
        return $"{prefix}-{digest}";
    }

    private static IEnumerable<string> Existing(CacheKeyFiles files, TreeListing tree) => files.Files.SelectMany(file =>
        file.Contains('*', StringComparison.Ordinal)
            ? tree.Paths.Where(path => PathGlob.IsMatch(file, path))
            : tree.BlobOf(file) is null ? Array.Empty<string>() : [file]);

    // SHA-1 is GitLab's choice; the key names a cache and protects nothing.
#pragma warning disable CA5350
    private static string Digest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
}
