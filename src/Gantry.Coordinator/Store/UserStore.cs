namespace Gantry.Coordinator.Store;

/// <summary>People, their passwords and their roles.</summary>
internal sealed class UserStore(SqlSession sql)
{
    private const string Columns = "id, username, name, email, admin, created_at";

    public UserRow? Find(long id) => sql.First($"select {Columns} from users where id = @id", Map, ("id", id));

    public UserRow? FindByName(string username) =>
        sql.First($"select {Columns} from users where username = @name", Map, ("name", username));

    public IReadOnlyList<UserRow> List() => sql.Query($"select {Columns} from users order by id", Map);

    public UserRow Add(string username, string name, string email, bool admin, DateTimeOffset now) =>
        sql.First(
            $"""
            insert into users (username, name, email, admin, created_at) values (@username, @name, @email, @admin, @now)
            returning {Columns}
            """,
            Map, ("username", username), ("name", name), ("email", email), ("admin", admin), ("now", now))!;

    /// <summary>The stored form of the password; null when the user has none yet.</summary>
    public string? PasswordHash(long userId) => sql.Text("select password from users where id = @id", ("id", userId));

    public void SetPasswordHash(long userId, string hash) =>
        sql.Execute("update users set password = @hash where id = @id", ("hash", hash), ("id", userId));

    /// <summary>The role by membership alone; an instance owner has none of these and may do everything.</summary>
    public AccessLevel LevelIn(long projectId, long userId) =>
        (AccessLevel)sql.Number("select level from members where project_id = @project and user_id = @user", ("project", projectId), ("user", userId));

    public void SetLevel(long projectId, long userId, AccessLevel level) =>
        sql.Execute(
            """
            insert into members (project_id, user_id, level) values (@project, @user, @level)
            on conflict (project_id, user_id) do update set level = excluded.level
            """,
            ("project", projectId), ("user", userId), ("level", (long)level));

    private static UserRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        Username = row.Text("username"),
        Name = row.Text("name"),
        Email = row.Text("email"),
        Admin = row.Flag("admin"),
        CreatedAt = row.Time("created_at"),
    };
}
