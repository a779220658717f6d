namespace Gantry.Coordinator.Git;

/// <summary>A branch or tag and where it points.</summary>
/// <param name="Name">Short name.</param>
/// <param name="IsTag">A tag, else a branch.</param>
/// <param name="Sha">The commit; for annotated tags what they point to.</param>
internal sealed record RefHead(string Name, bool IsTag, string Sha)
{
    /// <summary>A name without <c>refs/heads/</c> or <c>refs/tags/</c>.</summary>
    public static string Short(string name) =>
        name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name[11..] : name.StartsWith("refs/tags/", StringComparison.Ordinal) ? name[10..] : name;

    public string FullName => (IsTag ? "refs/tags/" : "refs/heads/") + Name;
}
