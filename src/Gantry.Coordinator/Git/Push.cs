using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Git;

/// <summary>What a push changed, found by comparing the refs before and after; git may have refused some of what was asked.</summary>
internal sealed record Push(ProjectRow Project, UserRow User, IReadOnlyList<RefChange> Changes, IReadOnlyList<string> Options);

/// <summary>One branch or tag that moved, appeared or went.</summary>
/// <param name="Name">Short name.</param>
/// <param name="IsTag">A tag, else a branch.</param>
/// <param name="Before">The commit before; null when it is new.</param>
/// <param name="After">The commit now; null when it is gone.</param>
internal sealed record RefChange(string Name, bool IsTag, string? Before, string? After);
