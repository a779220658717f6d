namespace Gantry.Pipelines.Model;

/// <summary>Which instance of a <c>parallel</c> job this is.</summary>
/// <param name="Index">From 1.</param>
/// <param name="Total">Number of instances.</param>
/// <param name="Matrix">Names and values of this instance in the order of the file; empty without a matrix.</param>
public sealed record ParallelModel(int Index, int Total, IReadOnlyList<KeyValuePair<string, string>> Matrix);
