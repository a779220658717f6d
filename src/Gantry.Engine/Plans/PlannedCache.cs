namespace Gantry.Engine.Plans;

/// <summary>One cache entry of a job, with keys and places computed (official-job-protocol §7.6).</summary>
public sealed record PlannedCache
{
    public required IReadOnlyList<string> Paths { get; init; }
    public required bool Untracked { get; init; }

    /// <summary>The key as the user sees it; used in messages also when no place could be made of it.</summary>
    public required string HumanKey { get; init; }

    /// <summary>The entry's own place first, then its fallbacks; empty when no key was usable.</summary>
    public required IReadOnlyList<CachePlace> Candidates { get; init; }

    /// <summary>Null when the own key was unusable: nothing can be saved then.</summary>
    public required CachePlace? Own { get; init; }

    public required CachePolicy Policy { get; init; }

    /// <summary>The policy as written, expanded.</summary>
    public required string PolicyText { get; init; }

    /// <summary>When to save: <c>on_success</c>, <c>on_failure</c> or <c>always</c>.</summary>
    public required string When { get; init; }

    /// <summary>About the own key; printed when the entry is used.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>About fallback keys; printed when the entry is restored.</summary>
    public required IReadOnlyList<string> FallbackWarnings { get; init; }

    /// <summary>How many keys, own and fallbacks, gave no place.</summary>
    public required int LostKeys { get; init; }
}

/// <summary>Where one cache archive is.</summary>
/// <param name="HumanKey">For messages.</param>
/// <param name="Key">Cleaned or hashed: names objects and folders.</param>
/// <param name="AlternateKey">The other of the two forms, so that switching the flag keeps caches.</param>
/// <param name="File">Local archive, from the project folder.</param>
/// <param name="AlternateFile">Local archive under the other form.</param>
public sealed record CachePlace(string HumanKey, string Key, string AlternateKey, string File, string AlternateFile);

/// <summary>What a job does with a cache entry.</summary>
public enum CachePolicy
{
    PullPush,
    Pull,
    Push,

    /// <summary>Not one of GitLab's words: the stage fails (trap 12).</summary>
    Unknown,
}
