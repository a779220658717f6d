namespace Gantry.Coordinator.Git;

/// <summary>A branch or tag that is to be made.</summary>
/// <param name="Name">Short name.</param>
/// <param name="IsTag">A tag, else a branch.</param>
/// <param name="Target">Branch, tag or commit that it names.</param>
/// <param name="Message">Of an annotated tag; null for a plain one.</param>
internal sealed record RefOrder(string Name, bool IsTag, string Target, string? Message = null);
