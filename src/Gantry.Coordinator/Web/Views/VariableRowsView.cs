namespace Gantry.Coordinator.Web.Views;

/// <summary>Rows of a form in which variables are given; more can be added.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Id">Unique in the page.</param>
/// <param name="Rows">What is filled in.</param>
internal sealed record VariableRowsView(PageScope Scope, string Id, IReadOnlyList<VariableField> Rows);

/// <summary>A variable in a form.</summary>
internal sealed record VariableField
{
    public string Key { get; init; } = "";

    public string Value { get; init; } = "";

    /// <summary><c>env_var</c> or <c>file</c>.</summary>
    public string Type { get; init; } = "env_var";

    /// <summary>The configuration describes it: shown below, and the row cannot be removed.</summary>
    public string? Description { get; init; }

    /// <summary>The values to choose from; empty for any.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];
}
