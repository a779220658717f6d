namespace Gantry.Coordinator.Access;

/// <summary>What a personal access token may be allowed.</summary>
internal static class TokenScopes
{
    public static readonly IReadOnlyList<string> All = ["api", "read_api", "read_user", "read_repository", "write_repository", "create_runner"];
}
