namespace Gantry.Coordinator.Store;

/// <summary>Which caches there are. A new version has a new id, so that a reader of the old one keeps its file.</summary>
internal sealed class CacheStore(SqlSession sql)
{
    private const string Columns = "id, project_id, key, size, sha256, used_at";

    public CacheRow? Find(long projectId, string key) =>
        sql.First($"select {Columns} from caches where project_id = @project and key = @key", Map, ("project", projectId), ("key", key));

    public IReadOnlyList<CacheRow> Of(long projectId) =>
        sql.Query($"select {Columns} from caches where project_id = @project order by key", Map, ("project", projectId));

    /// <summary>The new version, and the one it takes the place of.</summary>
    public (CacheRow Added, CacheRow? Replaced) Replace(long projectId, string key, long size, string sha256, DateTimeOffset now)
    {
        var old = Find(projectId, key);
        if (old is not null)
        {
            Delete(old.Id);
        }

        var added = sql.First(
            $"insert into caches (project_id, key, size, sha256, used_at) values (@project, @key, @size, @sha256, @now) returning {Columns}",
            Map, ("project", projectId), ("key", key), ("size", size), ("sha256", sha256), ("now", now))!;
        return (added, old);
    }

    public void Touch(long id, DateTimeOffset now) => sql.Execute("update caches set used_at = @now where id = @id", ("now", now), ("id", id));

    public void Delete(long id) => sql.Execute("delete from caches where id = @id", ("id", id));

    /// <summary>Not used since, the oldest first.</summary>
    public IReadOnlyList<CacheRow> UnusedSince(DateTimeOffset time) =>
        sql.Query($"select {Columns} from caches where used_at < @time order by used_at limit 100", Map, ("time", time));

    private static CacheRow Map(SqlRow row) =>
        new(row.Number("id"), row.Number("project_id"), row.Text("key"), row.Number("size"), row.Text("sha256"), row.Time("used_at"));
}
