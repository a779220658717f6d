namespace Gantry.Pipelines.Model;

/// <summary>A job of the same pipeline that is waited for.</summary>
/// <param name="Job">Name of an instance.</param>
/// <param name="Artifacts">Its artifacts are fetched.</param>
/// <param name="Optional">It was allowed not to exist.</param>
public sealed record NeedModel(string Job, bool Artifacts, bool Optional);

/// <summary>Artifacts of a job elsewhere, which is not waited for. Texts may hold variables that the job resolves.</summary>
public sealed record CrossNeedModel
{
    /// <summary>Id of a pipeline of the same tree; null when <see cref="Project"/> is set.</summary>
    public string? Pipeline { get; init; }

    public string? Project { get; init; }

    public string? Ref { get; init; }

    public required string Job { get; init; }

    public bool Artifacts { get; init; } = true;

    public bool Optional { get; init; }
}
