using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>Keys, fallbacks and places of a job's caches (official-job-protocol §7.6).</summary>
internal static class CachePlanner
{
    private const string FallbackVariable = "CACHE_FALLBACK_KEY";

    public static IReadOnlyList<PlannedCache> Entries(JobPayload payload, FeatureFlags flags, JobFolders folders, JobVariables variables) =>
        [.. payload.Cache.Where(c => c.Paths.Count > 0 || c.Untracked).Select(c => Entry(c, payload, flags, folders, variables))];

    private static PlannedCache Entry(JobCache cache, JobPayload payload, FeatureFlags flags, JobFolders folders, JobVariables variables)
    {
        var hashed = flags[KnownFlags.HashCacheKeys];
        List<string> warnings = [];
        List<string> fallbackWarnings = [];
        var wanted = cache.Key.Length > 0
            ? variables.ExpandValue(cache.Key)
            : GuestPath.Join(payload.JobInfo.Name, payload.GitInfo.Ref);
        var own = Place(wanted, hashed, folders, warnings);
        var keys = FallbackKeys(cache, variables, fallbackWarnings);
        var fallbacks = keys.Select(key => Place(key, hashed, folders, fallbackWarnings)).ToList();
        var candidates = fallbacks.Prepend(own).OfType<CachePlace>().ToList();
        return new PlannedCache
        {
            Paths = cache.Paths,
            Untracked = cache.Untracked,
            HumanKey = own?.HumanKey ?? wanted,
            Own = own,
            Candidates = candidates,
            Policy = PolicyOf(variables.ExpandValue(cache.Policy)),
            PolicyText = variables.ExpandValue(cache.Policy),
            When = cache.When,
            Warnings = warnings,
            FallbackWarnings = fallbackWarnings,
            LostKeys = fallbacks.Count + 1 - candidates.Count,
        };
    }

    private static List<string> FallbackKeys(JobCache cache, JobVariables variables, List<string> warnings)
    {
        var keys = cache.FallbackKeys.Select(variables.ExpandValue).ToList();
        var global = variables.Get(FallbackVariable);
        if (global.Length == 0)
        {
            return keys;
        }

        // Protected caches belong to protected branches; a variable that anyone may set must not reach them.
        if (IsProtected(global))
        {
            warnings.Add($"{FallbackVariable} {CacheKey.Quote(global)} not allowed to end in \"-protected\"");
            return keys;
        }

        keys.Add(global);
        return keys;
    }

    private static bool IsProtected(string key) =>
        CacheKey.Sanitise(key).TrimEnd('.', ' ', '\t').EndsWith("-protected", StringComparison.Ordinal)
        || key.TrimEnd('.', ' ', '\t').EndsWith("-protected", StringComparison.Ordinal);

    private static CachePlace? Place(string key, bool hashed, JobFolders folders, List<string> warnings)
    {
        if (key.Length == 0)
        {
            return null;
        }

        var clean = CacheKey.Sanitise(key);
        if (hashed)
        {
            var hash = CacheKey.Hash(key);
            return At(key, hash, clean.Length == 0 ? hash : clean, folders);
        }

        if (clean.Length == 0)
        {
            warnings.Add($"cache key {CacheKey.Quote(key)} could not be sanitized");
            return null;
        }

        if (clean != key)
        {
            warnings.Add($"cache key {CacheKey.Quote(key)} sanitized to {CacheKey.Quote(clean)}");
        }

        return At(clean, clean, CacheKey.Hash(clean), folders);
    }

    private static CachePlace At(string human, string key, string alternate, JobFolders folders) =>
        new(human, key, alternate, ArchiveOf(key, folders), ArchiveOf(alternate, folders));

    private static string ArchiveOf(string key, JobFolders folders)
    {
        var path = GuestPath.Join(folders.Cache, key, "cache.zip");
        return GuestPath.Relative(folders.Project, path) ?? path;
    }

    private static CachePolicy PolicyOf(string text) => text switch
    {
        "" or "pull-push" => CachePolicy.PullPush,
        "pull" => CachePolicy.Pull,
        "push" => CachePolicy.Push,
        _ => CachePolicy.Unknown,
    };
}
