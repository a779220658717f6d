namespace Gantry.Coordinator.Store;

/// <summary>Protection of the branches or tags that a pattern names.</summary>
/// <param name="Pattern">A name, or one with <c>*</c>.</param>
/// <param name="IsTag">Tags, else branches.</param>
/// <param name="PushLevel">The least role that may push or create; <see cref="AccessLevel.None"/> for nobody.</param>
/// <param name="RunLevel">The least role that may merge, and so run pipelines; of tags as <paramref name="PushLevel"/>.</param>
/// <param name="AllowForcePush">Those who may push may also rewrite.</param>
internal sealed record ProtectedRefRow(string Pattern, bool IsTag, AccessLevel PushLevel, AccessLevel RunLevel, bool AllowForcePush);
