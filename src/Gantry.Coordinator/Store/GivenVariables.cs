namespace Gantry.Coordinator.Store;

/// <summary>Variables given with a pipeline or a played job: one form in two tables.</summary>
internal static class GivenVariables
{
    public static VariableRow Map(SqlRow row) => new()
    {
        Key = row.Text("key"),
        Value = row.Text("value"),
        Type = row.Text("type"),
        Raw = row.Flag("raw"),
    };

    public static (string, object?)[] Arguments(int position, VariableRow variable) =>
    [
        ("position", position), ("key", variable.Key), ("value", variable.Value), ("type", variable.Type), ("raw", variable.Raw),
    ];
}
