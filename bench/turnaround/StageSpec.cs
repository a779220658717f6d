namespace Gantry.Turnaround;

/// <summary>What a stage runs.</summary>
internal sealed record StageSpec
{
    /// <summary>The project's <c>.gitlab-ci.yml</c>.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Of <c>gantry register</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = ["--executor", "shell"];

    /// <summary>Of <c>gantry server</c>.</summary>
    public IReadOnlyList<string> ServerFlags { get; init; } = [];

    public int Concurrent { get; init; } = 1;

    /// <summary>Small files in the repository besides.</summary>
    public int Files { get; init; }
}
