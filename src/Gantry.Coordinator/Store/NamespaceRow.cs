namespace Gantry.Coordinator.Store;

/// <summary>A group, or a user's own space; the folder of projects.</summary>
internal sealed record NamespaceRow
{
    public required long Id { get; init; }
    public required string Name { get; init; }
    public required string FullPath { get; init; }

    /// <summary><c>group</c> or <c>user</c>.</summary>
    public required string Kind { get; init; }

    public string Path => FullPath[(FullPath.LastIndexOf('/') + 1)..];
}
