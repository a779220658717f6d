using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A protected branch.</summary>
internal sealed record ProtectedBranchView(
    string Name, IReadOnlyList<LevelView> PushAccessLevels, IReadOnlyList<LevelView> MergeAccessLevels, bool AllowForcePush)
{
    public static ProtectedBranchView Of(ProtectedRefRow row) =>
        new(row.Pattern, [LevelView.Of(row.PushLevel)], [LevelView.Of(row.RunLevel)], row.AllowForcePush);
}

/// <summary>A protected tag.</summary>
internal sealed record ProtectedTagView(string Name, IReadOnlyList<LevelView> CreateAccessLevels)
{
    public static ProtectedTagView Of(ProtectedRefRow row) => new(row.Pattern, [LevelView.Of(row.PushLevel)]);
}

/// <summary>A role and its words.</summary>
internal sealed record LevelView(int AccessLevel, string AccessLevelDescription)
{
    public static LevelView Of(AccessLevel level) => new((int)level, level switch
    {
        Store.AccessLevel.None => "No one",
        Store.AccessLevel.Developer => "Developers + Maintainers",
        Store.AccessLevel.Maintainer => "Maintainers",
        _ => "Owners",
    });
}
