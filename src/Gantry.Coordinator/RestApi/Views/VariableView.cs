using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A CI/CD variable; a hidden one without its value.</summary>
internal sealed record VariableView(
    string VariableType, string Key, string? Value, bool Hidden, bool Protected, bool Masked, bool Raw, string EnvironmentScope, string? Description)
{
    public static VariableView Of(VariableRow variable) => new(
        variable.Type, variable.Key, variable.Hidden ? null : variable.Value, variable.Hidden, variable.Protected, variable.Masked, variable.Raw,
        variable.EnvironmentScope, variable.Description.Length == 0 ? null : variable.Description);
}
