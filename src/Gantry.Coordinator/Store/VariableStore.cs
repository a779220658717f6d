namespace Gantry.Coordinator.Store;

/// <summary>Variables of projects and of the instance.</summary>
internal sealed class VariableStore(SqlSession sql)
{
    /// <summary>In place of a project id: the whole instance.</summary>
    public const long Instance = 0;

    private const string Columns = "key, value, type, protected, masked, hidden, raw, environment_scope, description";

    /// <summary>By key, then scope.</summary>
    public IReadOnlyList<VariableRow> Of(long projectId) =>
        sql.Query(
            $"select {Columns} from variables where project_id = @project order by key, environment_scope", Map, ("project", projectId));

    public VariableRow? Find(long projectId, string key, string scope) =>
        sql.First(
            $"select {Columns} from variables where project_id = @project and key = @key and environment_scope = @scope",
            Map, ("project", projectId), ("key", key), ("scope", scope));

    public void Save(long projectId, VariableRow variable) =>
        sql.Execute(
            """
            insert into variables (project_id, key, environment_scope, value, type, protected, masked, hidden, raw, description)
            values (@project, @key, @scope, @value, @type, @protected, @masked, @hidden, @raw, @description)
            on conflict (project_id, key, environment_scope) do update set value = excluded.value, type = excluded.type,
                protected = excluded.protected, masked = excluded.masked, hidden = excluded.hidden, raw = excluded.raw,
                description = excluded.description
            """,
            ("project", projectId), ("key", variable.Key), ("scope", variable.EnvironmentScope), ("value", variable.Value),
            ("type", variable.Type), ("protected", variable.Protected), ("masked", variable.Masked),
            ("hidden", variable.Hidden), ("raw", variable.Raw), ("description", variable.Description));

    /// <summary>False when there was none.</summary>
    public bool Delete(long projectId, string key, string scope) =>
        sql.Execute(
            "delete from variables where project_id = @project and key = @key and environment_scope = @scope",
            ("project", projectId), ("key", key), ("scope", scope)) > 0;

    private static VariableRow Map(SqlRow row) => new()
    {
        Key = row.Text("key"),
        Value = row.Text("value"),
        Type = row.Text("type"),
        Protected = row.Flag("protected"),
        Masked = row.Flag("masked"),
        Hidden = row.Flag("hidden"),
        Raw = row.Flag("raw"),
        EnvironmentScope = row.Text("environment_scope"),
        Description = row.Text("description"),
    };
}
