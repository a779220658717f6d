namespace Gantry.Coordinator.Store;

/// <summary>Environments of projects; jobs make them.</summary>
internal sealed class EnvironmentStore(SqlSession sql)
{
    private const string Columns = "id, project_id, name, slug, external_url, tier, state, last_job_id, created_at, updated_at";

    public IReadOnlyList<EnvironmentRow> Of(long projectId) =>
        sql.Query($"select {Columns} from environments where project_id = @project order by name", Map, ("project", projectId));

    public EnvironmentRow? Find(long projectId, long id) =>
        sql.First($"select {Columns} from environments where project_id = @project and id = @id", Map, ("project", projectId), ("id", id));

    public EnvironmentRow? FindByName(long projectId, string name) =>
        sql.First($"select {Columns} from environments where project_id = @project and name = @name", Map, ("project", projectId), ("name", name));

    /// <summary>Adds it, or writes what changes when there is one of that name.</summary>
    public EnvironmentRow Save(EnvironmentRow environment) =>
        sql.First(
            $"""
            insert into environments (project_id, name, slug, external_url, tier, state, last_job_id, created_at, updated_at)
            values (@project, @name, @slug, @url, @tier, @state, @job, @created, @updated)
            on conflict (project_id, name) do update set external_url = excluded.external_url, tier = excluded.tier, state = excluded.state,
                last_job_id = excluded.last_job_id, updated_at = excluded.updated_at
            returning {Columns}
            """,
            Map,
            ("project", environment.ProjectId), ("name", environment.Name), ("slug", environment.Slug), ("url", environment.ExternalUrl),
            ("tier", environment.Tier), ("state", environment.State), ("job", environment.LastJobId), ("created", environment.CreatedAt),
            ("updated", environment.UpdatedAt))!;

    public void Delete(long id) => sql.Execute("delete from environments where id = @id", ("id", id));

    private static EnvironmentRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        ProjectId = row.Number("project_id"),
        Name = row.Text("name"),
        Slug = row.Text("slug"),
        ExternalUrl = row.TextOrNull("external_url"),
        Tier = row.Text("tier"),
        State = row.Text("state"),
        LastJobId = row.NumberOrNull("last_job_id"),
        CreatedAt = row.Time("created_at"),
        UpdatedAt = row.Time("updated_at"),
    };
}
