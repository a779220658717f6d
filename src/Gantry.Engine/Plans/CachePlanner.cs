using Gantry.Engine.Archives;
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
            : CacheKey.Default(payload.JobInfo.Name, payload.GitInfo.Ref);
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
        // Twice: a raw variable in a key may name another one (trap 17).
        var keys = cache.FallbackKeys.Select(variables.ExpandValue).Select(variables.ExpandValue).ToList();
        var global = variables.Get(FallbackVariable);
        if (global.Length == 0)
        {
            return keys;
        }

        // Protected caches belong to protected branches; a variable that anyone may set must not reach them.
        if (IsProtected(global))
        {
            warnings.Add($"{FallbackVariable} {GoText.Quote(global)} not allowed to end in \"-protected\"");
            return keys;
        }

        keys.Add(global);
        return keys;
    }

    // A slash or blank behind the suffix would be cleaned away later.
    private static bool IsProtected(string key) =>
        !CacheKey.IsAllowedFallback(key) || (CacheKey.TrySanitise(key, out var clean) && !CacheKey.IsAllowedFallback(clean));

    private static CachePlace? Place(string raw, bool hashed, JobFolders folders, List<string> warnings)
    {
        var key = CacheKey.From(raw, hashed, out var warning);
        if (warning is not null)
        {
            warnings.Add(warning);
        }

        return key is null ? null : At(key, folders);
    }

    private static CachePlace At(CacheKey key, JobFolders folders)
    {
        var alternate = key.Alternate.Length == 0 ? key.Name : key.Alternate;
        return new(key.Human, key.Name, alternate, ArchiveOf(key.Name, folders), ArchiveOf(alternate, folders));
    }

    private static string ArchiveOf(string key, JobFolders folders)
    {
        var path = CacheKey.LocalFile(folders.Cache, key);
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
