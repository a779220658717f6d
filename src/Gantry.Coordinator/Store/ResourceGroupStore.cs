namespace Gantry.Coordinator.Store;

/// <summary>Resource groups of projects; jobs make them, people set their order.</summary>
internal sealed class ResourceGroupStore(SqlSession sql)
{
    private const string Columns = "id, project_id, key, process_mode, created_at, updated_at";

    public IReadOnlyList<ResourceGroupRow> Of(long projectId) =>
        sql.Query($"select {Columns} from resource_groups where project_id = @project order by key", Map, ("project", projectId));

    public ResourceGroupRow? Find(long projectId, string key) =>
        sql.First($"select {Columns} from resource_groups where project_id = @project and key = @key", Map, ("project", projectId), ("key", key));

    /// <summary>Nothing happens when it exists.</summary>
    public void Ensure(long projectId, string key, DateTimeOffset now) =>
        sql.Execute(
            """
            insert into resource_groups (project_id, key, process_mode, created_at, updated_at)
            values (@project, @key, 'unordered', @now, @now) on conflict (project_id, key) do nothing
            """,
            ("project", projectId), ("key", key), ("now", now));

    public void SetMode(long id, string mode, DateTimeOffset now) =>
        sql.Execute("update resource_groups set process_mode = @mode, updated_at = @now where id = @id", ("mode", mode), ("now", now), ("id", id));

    private static ResourceGroupRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        ProjectId = row.Number("project_id"),
        Key = row.Text("key"),
        ProcessMode = row.Text("process_mode"),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };
}
