namespace Gantry.Pipelines.Model;

/// <summary>One cache. The key is without the server's suffixes (<c>-protected</c>, the clear counter), which the creator of the job adds.</summary>
public sealed record CacheModel
{
    /// <summary>The runner expands variables in it.</summary>
    public required string Key { get; init; }

    public IReadOnlyList<string> Paths { get; init; } = [];

    public bool Untracked { get; init; }

    /// <summary>The protected and the unprotected refs share this cache.</summary>
    public bool Unprotect { get; init; }

    /// <summary><c>on_success</c>, <c>on_failure</c> or <c>always</c>.</summary>
    public string When { get; init; } = "on_success";

    /// <summary><c>pull-push</c>, <c>pull</c>, <c>push</c> or a variable that the runner expands.</summary>
    public string Policy { get; init; } = "pull-push";

    public IReadOnlyList<string> FallbackKeys { get; init; } = [];
}
