namespace Gantry.Pipelines.Model;

/// <summary><c>retry</c>: either list may be satisfied; both empty means any reason.</summary>
public sealed record RetryModel
{
    public static readonly RetryModel None = new();

    /// <summary>0 to 2.</summary>
    public int Max { get; init; }

    /// <summary>Failure reasons, or <c>always</c>.</summary>
    public IReadOnlyList<string> When { get; init; } = [];

    public IReadOnlyList<int> ExitCodes { get; init; } = [];
}
