using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The places that jobs of a project deploy to.</summary>
internal sealed record EnvironmentsView(PageScope Scope, ProjectRow Project, IReadOnlyList<EnvironmentItem> Environments);

/// <param name="Place">The environment.</param>
/// <param name="Job">The job that deployed last.</param>
internal sealed record EnvironmentItem(EnvironmentRow Place, JobRow? Job)
{
    /// <summary>Its address when it is one that a browser may follow; jobs write it.</summary>
    public string? Link => Place.ExternalUrl is { } url && Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") ? Place.ExternalUrl : null;
}
