using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Creation;

/// <summary>Stored variables as the compiler takes them.</summary>
internal static class VariableMapping
{
    public static IReadOnlyList<Variable> Visible(IReadOnlyList<VariableRow> rows, bool isProtected) =>
        [.. rows.Where(row => isProtected || !row.Protected).Select(ToVariable)];

    public static Variable ToVariable(VariableRow row) => new()
    {
        Key = row.Key,
        Value = row.Value,
        IsFile = row.Type == "file",
        IsMasked = row.Masked,
        IsRaw = row.Raw,
        IsProtected = row.Protected,
        EnvironmentScope = row.EnvironmentScope,
    };
}
