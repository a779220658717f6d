namespace Gantry.Coordinator.Git;

/// <summary>Which part of a history.</summary>
/// <param name="Start">Commit, branch or tag to begin at.</param>
/// <param name="Path">Only commits that touched it; null for all.</param>
/// <param name="Skip">Commits left out at the start.</param>
/// <param name="Take">Commits wanted.</param>
internal sealed record CommitQuery(string Start, string? Path = null, int Skip = 0, int Take = 20);
