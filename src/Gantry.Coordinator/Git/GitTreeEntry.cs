namespace Gantry.Coordinator.Git;

/// <summary>A file or folder of a commit.</summary>
/// <param name="Path">From the root, with forward slashes.</param>
/// <param name="Mode">Octal, for example <c>100644</c>.</param>
/// <param name="Type"><c>blob</c>, <c>tree</c> or <c>commit</c> (a submodule).</param>
/// <param name="Id">Git's id of the content.</param>
internal sealed record GitTreeEntry(string Path, string Mode, string Type, string Id)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
