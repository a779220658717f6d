using Gantry.Coordinator.Git;

namespace Gantry.Coordinator.Creation;

/// <summary>Which commit a component's version means.</summary>
internal static class VersionTags
{
    /// <summary>A tag, branch or commit as named; else the newest release tag that is <c>~latest</c> or begins so.</summary>
    public static async Task<VersionTag?> FindAsync(RepositoryReader reader, string version, CancellationToken cancellation)
    {
        if (version != "~latest" && await reader.ResolveAsync(version, cancellation) is { } sha)
        {
            return new VersionTag(null, sha);
        }

        var released = (await reader.HeadsAsync(cancellation))
            .Where(head => head.IsTag && Parse(head.Name) is not null && (version == "~latest" || head.Name.StartsWith(version + ".", StringComparison.Ordinal)))
            .MaxBy(head => Parse(head.Name));
        return released is null ? null : new VersionTag(released.Name, released.Sha);
    }

    private static Version? Parse(string tag) =>
        tag.Count(c => c == '.') == 2 && tag.All(c => char.IsAsciiDigit(c) || c == '.') && Version.TryParse(tag, out var version) ? version : null;
}

/// <param name="Name">The released version that was found; null when the version named a ref or commit.</param>
/// <param name="Sha">Its commit.</param>
internal sealed record VersionTag(string? Name, string Sha);
