namespace Gantry.Coordinator.Store;

/// <summary>Pipeline trigger tokens.</summary>
internal sealed class TriggerStore(SqlSession sql)
{
    private const string Columns = "id, project_id, owner_id, description, token, created_at, last_used_at";

    public IReadOnlyList<TriggerRow> Of(long projectId) =>
        sql.Query($"select {Columns} from triggers where project_id = @project order by id", Map, ("project", projectId));

    public TriggerRow? Find(long projectId, long id) =>
        sql.First($"select {Columns} from triggers where project_id = @project and id = @id", Map, ("project", projectId), ("id", id));

    public TriggerRow? FindByToken(string token) =>
        sql.First($"select {Columns} from triggers where token = @token", Map, ("token", token));

    public TriggerRow Add(long projectId, long ownerId, string description, string token, DateTimeOffset now) =>
        sql.First(
            $"""
            insert into triggers (project_id, owner_id, description, token, created_at)
            values (@project, @owner, @description, @token, @now) returning {Columns}
            """,
            Map, ("project", projectId), ("owner", ownerId), ("description", description), ("token", token), ("now", now))!;

    public void SetDescription(long id, string description) =>
        sql.Execute("update triggers set description = @description where id = @id", ("description", description), ("id", id));

    public void Touch(long id, DateTimeOffset now) =>
        sql.Execute("update triggers set last_used_at = @now where id = @id", ("now", now), ("id", id));

    public void Delete(long id) => sql.Execute("delete from triggers where id = @id", ("id", id));

    private static TriggerRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        ProjectId = row.Number("project_id"),
        OwnerId = row.Number("owner_id"),
        Description = row.Text("description"),
        Token = row.Text("token"),
        CreatedAt = row.Time("created_at"),
        LastUsedAt = row.TimeOrNull("last_used_at"),
    };
}
