namespace Gantry.Coordinator.Store;

/// <summary>Registered runners and the projects they serve. Writing one announces it; a sign of life does not.</summary>
internal sealed class RunnerStore(SqlSession sql, StoreSession session)
{
    private const string Columns = """
        id, type, description, short_token, legacy, tag_list, run_untagged, locked, paused, access_level, maximum_timeout,
        maintenance_note, creator_id, created_at, contacted_at, token_expires_at
        """;

    public RunnerRow? Find(long id) => sql.First($"select {Columns} from runners where id = @id", Map, ("id", id));

    /// <summary>The runner of an authentication token that has not expired.</summary>
    public RunnerRow? FindByToken(string token, DateTimeOffset now) =>
        sql.First(
            $"select {Columns} from runners where token_hash = @hash and (token_expires_at is null or token_expires_at > @now)",
            Map, ("hash", TokenHash.Of(token)), ("now", now));

    /// <summary>All runners, newest first.</summary>
    public IReadOnlyList<RunnerRow> List() => sql.Query($"select {Columns} from runners order by id desc", Map);

    /// <summary>Runners assigned to a project; instance runners are not among them.</summary>
    public IReadOnlyList<RunnerRow> OfProject(long projectId) =>
        sql.Query(
            $"""
            select {Columns} from runners
            where id in (select runner_id from runner_projects where project_id = @project) order by id desc
            """,
            Map, ("project", projectId));

    public IReadOnlyList<RunnerRow> OfInstance() =>
        sql.Query($"select {Columns} from runners where type = 'instance_type' order by id desc", Map);

    public IReadOnlyList<long> ProjectIds(long runnerId) =>
        sql.Query(
            "select project_id from runner_projects where runner_id = @runner order by project_id",
            row => row.Number("project_id"), ("runner", runnerId));

    /// <summary>Adds the row; <see cref="RunnerRow.Id"/> of the argument is ignored.</summary>
    public RunnerRow Add(RunnerRow runner, string token) =>
        sql.First(
            $"""
            insert into runners (type, description, token_hash, short_token, legacy, tag_list, run_untagged, locked, paused,
                access_level, maximum_timeout, maintenance_note, creator_id, created_at, token_expires_at)
            values (@type, @description, @hash, @short, @legacy, @tags, @untagged, @locked, @paused, @access, @timeout, @note,
                @creator, @created, @expires)
            returning {Columns}
            """,
            Map,
            [
                .. Settings(runner), ("type", runner.Type), ("hash", TokenHash.Of(token)), ("short", runner.ShortToken),
                ("legacy", runner.Legacy), ("creator", runner.CreatorId), ("created", runner.CreatedAt),
                ("expires", runner.TokenExpiresAt),
            ])!;

    /// <summary>Writes the settings a user may change.</summary>
    public void Update(RunnerRow runner) =>
        Change(
            """
            update runners set description = @description, tag_list = @tags, run_untagged = @untagged, locked = @locked,
                paused = @paused, access_level = @access, maximum_timeout = @timeout, maintenance_note = @note
            where id = @id
            """,
            [.. Settings(runner), ("id", runner.Id)]);

    public void SetToken(long id, string token, string shortToken, DateTimeOffset? expires) =>
        Change(
            "update runners set token_hash = @hash, short_token = @short, token_expires_at = @expires where id = @id",
            ("hash", TokenHash.Of(token)), ("short", shortToken), ("expires", expires), ("id", id));

    public void Touch(long id, DateTimeOffset now) =>
        sql.Execute("update runners set contacted_at = @now where id = @id", ("now", now), ("id", id));

    public void Delete(long id) => Change("delete from runners where id = @id", ("id", id));

    public void Assign(long runnerId, long projectId) =>
        Change(
            "insert into runner_projects (runner_id, project_id) values (@runner, @project) on conflict do nothing",
            ("runner", runnerId), ("project", projectId));

    /// <summary>False when it was not assigned.</summary>
    public bool Unassign(long runnerId, long projectId) =>
        Change(
            "delete from runner_projects where runner_id = @runner and project_id = @project", ("runner", runnerId), ("project", projectId)) > 0;

    private int Change(string text, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        session.Changes.Add(Store.Change.OfRunners);
        return sql.Execute(text, arguments);
    }

    private static (string, object?)[] Settings(RunnerRow runner) =>
    [
        ("description", runner.Description), ("tags", runner.TagList), ("untagged", runner.RunUntagged),
        ("locked", runner.Locked), ("paused", runner.Paused), ("access", runner.AccessLevel),
        ("timeout", runner.MaximumTimeout), ("note", runner.MaintenanceNote),
    ];

    private static RunnerRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        Type = row.Text("type"),
        Description = row.Text("description"),
        ShortToken = row.Text("short_token"),
        Legacy = row.Flag("legacy"),
        TagList = row.Texts("tag_list"),
        RunUntagged = row.Flag("run_untagged"),
        Locked = row.Flag("locked"),
        Paused = row.Flag("paused"),
        AccessLevel = row.Text("access_level"),
        MaximumTimeout = (int?)row.NumberOrNull("maximum_timeout"),
        MaintenanceNote = row.Text("maintenance_note"),
        CreatorId = row.NumberOrNull("creator_id"),
        CreatedAt = row.Time("created_at"),
        ContactedAt = row.TimeOrNull("contacted_at"),
        TokenExpiresAt = row.TimeOrNull("token_expires_at"),
    };
}
