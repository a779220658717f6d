namespace Gantry.Coordinator.Web.Views;

/// <summary>The form that makes a project, with what was typed and why it was refused.</summary>
internal sealed record NewProjectView
{
    public required PageScope Scope { get; init; }

    public string Path { get; init; } = "";

    public string Description { get; init; } = "";

    public string Visibility { get; init; } = "private";

    public string? Error { get; init; }
}
