namespace Gantry.Coordinator.Git;

/// <summary>A branch or tag and where it points.</summary>
/// <param name="Name">Short name.</param>
/// <param name="IsTag">A tag, else a branch.</param>
/// <param name="Sha">The commit; for annotated tags what they point to.</param>
internal sealed record RefHead(string Name, bool IsTag, string Sha)
{
    public string FullName => (IsTag ? "refs/tags/" : "refs/heads/") + Name;
}
