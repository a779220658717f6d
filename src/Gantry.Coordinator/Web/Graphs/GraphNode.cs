using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Graphs;

/// <summary>A job, or the jobs of one <c>parallel</c> together, in a graph of dependencies.</summary>
internal sealed record GraphNode
{
    /// <summary>Unique in the graph.</summary>
    public required string Name { get; init; }

    /// <summary>How many jobs it stands for.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Position of its stage.</summary>
    public required int Stage { get; init; }

    /// <summary>Names of the nodes it waits for.</summary>
    public required IReadOnlyList<string> Needs { get; init; }

    /// <summary>CSS class that colours its icon; empty where nothing runs yet.</summary>
    public string Tone { get; init; } = "";

    public HtmlString? Icon { get; init; }

    /// <summary>Null for a node that leads nowhere.</summary>
    public string? Address { get; init; }

    /// <summary>What a screen reader says and the pointer shows.</summary>
    public required string Hint { get; init; }
}

/// <summary>A node and its place on the grid.</summary>
/// <param name="Node">What is there.</param>
/// <param name="Column">From 0: how many others must end one after the other before it.</param>
/// <param name="Row">From 0, inside its column.</param>
internal sealed record PlacedNode(GraphNode Node, int Column, int Row);
