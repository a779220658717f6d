namespace Gantry.Pipelines.Model;

/// <summary><c>release</c>: becomes a step of its own after the script.</summary>
public sealed record ReleaseModel
{
    public required string TagName { get; init; }

    public required string Description { get; init; }

    public string? Name { get; init; }

    public string? TagMessage { get; init; }

    public string? Ref { get; init; }

    public IReadOnlyList<string> Milestones { get; init; } = [];

    public string? ReleasedAt { get; init; }

    public IReadOnlyList<ReleaseLinkModel> Links { get; init; } = [];
}

/// <summary>One of <c>release:assets:links</c>.</summary>
public sealed record ReleaseLinkModel(string Name, string Url, string? FilePath, string? LinkType);
