using Gantry.Coordinator.Store;
using RazorSlices;

namespace Gantry.Coordinator.Web.Views;

/// <summary>Which tab of a project a page belongs to.</summary>
internal enum ProjectTab
{
    None,
    Overview,
    Files,
    Commits,
    Pipelines,
    Jobs,
    Schedules,
    Environments,
    Lint,
    Settings,
}

/// <summary>A page: what stands around its body.</summary>
internal sealed record FrameView
{
    public required PageScope Scope { get; init; }

    public required string Title { get; init; }

    public required RazorSlice Body { get; init; }

    /// <summary>The part of the body that a form of the page's script asks for alone; null when there is none.</summary>
    public RazorSlice? Answer { get; init; }

    /// <summary>The project whose tabs are shown; null outside projects.</summary>
    public ProjectRow? Project { get; init; }

    public ProjectTab Tab { get; init; }

    /// <summary>Address of server-sent events that say when the page is out of date; null when nothing says so.</summary>
    public string? LiveUrl { get; init; }

    /// <summary>Seconds between looks for what no event tells; null for never.</summary>
    public int? RefreshSeconds { get; init; }

    /// <summary>A script of its own, such as the log viewer.</summary>
    public string? Script { get; init; }

    /// <summary>What the last form did, said once.</summary>
    public string? Notice { get; init; }

    /// <summary>The version of the assets' addresses.</summary>
    public required string Assets { get; init; }
}
