using Gantry.Coordinator.Git;

namespace Gantry.Coordinator.Web.Repository;

/// <summary>
/// A commit and a path in it, from an address such as <c>feature/a/src/x</c>: names of branches may hold slashes, so the
/// longest one that the address begins with is meant, then a tag's, then a commit's id.
/// </summary>
/// <param name="Ref">Branch, tag or id as written.</param>
/// <param name="Sha">The commit.</param>
/// <param name="Path">From the root, without slashes around it; empty for the root.</param>
internal sealed record RefPath(string Ref, string Sha, string Path)
{
    /// <summary>Null when no commit is meant.</summary>
    public static async Task<RefPath?> ResolveAsync(RepositoryReader reader, string[] parts, CancellationToken cancellation)
    {
        if (parts.Length == 0)
            return null;
        var text = string.Join('/', parts);
        var heads = await reader.HeadsAsync(cancellation);
        var head = heads
            .Where(head => text.Equals(head.Name, StringComparison.Ordinal) || text.StartsWith(head.Name + "/", StringComparison.Ordinal))
            .OrderByDescending(head => head.Name.Length).ThenBy(head => head.IsTag)
            .FirstOrDefault();
        if (head is not null)
            return new RefPath(head.Name, head.Sha, text[head.Name.Length..].Trim('/'));
        return await reader.ResolveAsync(parts[0], cancellation) is { } sha ? new RefPath(parts[0], sha, string.Join('/', parts[1..])) : null;
    }
}
