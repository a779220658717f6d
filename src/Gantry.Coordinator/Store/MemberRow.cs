namespace Gantry.Coordinator.Store;

/// <summary>A person with a role in a project.</summary>
internal sealed record MemberRow(UserRow User, AccessLevel Level);
