namespace Gantry.Coordinator.Store;

/// <summary>People, their passwords and their roles.</summary>
internal sealed class UserStore(SqlSession sql)
{
    private const string Columns = "id, username, name, email, admin, blocked, session_stamp, created_at";

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

    /// <summary>Ends the user's sessions, too.</summary>
    public void SetPasswordHash(long userId, string hash) =>
        sql.Execute("update users set password = @hash, session_stamp = session_stamp + 1 where id = @id", ("hash", hash), ("id", userId));

    public UserRow? FindByEmail(string email) =>
        sql.First($"select {Columns} from users where email = @email collate nocase", Map, ("email", email));

    /// <summary>Writes names, e-mail address, and what the user is; not the password.</summary>
    public void Update(UserRow user) =>
        sql.Execute(
            """
            update users set username = @username, name = @name, email = @email, admin = @admin, blocked = @blocked, session_stamp = @stamp
            where id = @id
            """,
            ("username", user.Username), ("name", user.Name), ("email", user.Email), ("admin", user.Admin), ("blocked", user.Blocked),
            ("stamp", user.SessionStamp), ("id", user.Id));

    public void Delete(long userId) => sql.Execute("delete from users where id = @id", ("id", userId));

    public void AddLink(long userId, string token, DateTimeOffset expires) =>
        sql.Execute(
            "insert into password_links (token_hash, user_id, expires_at) values (@hash, @user, @expires)",
            ("hash", TokenHash.Of(token)), ("user", userId), ("expires", expires));

    public void DropLinks(long userId) => sql.Execute("delete from password_links where user_id = @user", ("user", userId));

    /// <summary>Whose password the link sets; null when it is used up, too old or was never made.</summary>
    public UserRow? FindByLink(string token, DateTimeOffset now) =>
        sql.First(
            $"select {Columns} from users where id = (select user_id from password_links where token_hash = @hash and expires_at > @now)",
            Map, ("hash", TokenHash.Of(token)), ("now", now));

    /// <summary>By name.</summary>
    public IReadOnlyList<MemberRow> Members(long projectId) =>
        sql.Query(
            """
            select u.id, u.username, u.name, u.email, u.admin, u.blocked, u.session_stamp, u.created_at, m.level
            from members m join users u on u.id = m.user_id where m.project_id = @project order by u.username
            """,
            row => new MemberRow(Map(row), (AccessLevel)row.Number("level")), ("project", projectId));

    /// <summary>False when there was no such member.</summary>
    public bool RemoveMember(long projectId, long userId) =>
        sql.Execute("delete from members where project_id = @project and user_id = @user", ("project", projectId), ("user", userId)) > 0;

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
        Blocked = row.Flag("blocked"),
        SessionStamp = row.Number("session_stamp"),
        CreatedAt = row.Time("created_at"),
    };
}
