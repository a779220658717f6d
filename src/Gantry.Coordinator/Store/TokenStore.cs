namespace Gantry.Coordinator.Store;

/// <summary>Personal access tokens.</summary>
internal sealed class TokenStore(SqlSession sql)
{
    private const string Columns = "id, user_id, name, scopes, created_at, expires_at, last_used_at, revoked";

    /// <summary>The token when it is known, not revoked and not expired at <paramref name="now"/>.</summary>
    public AccessTokenRow? FindValid(string token, DateTimeOffset now) =>
        sql.First(
            $"""
            select {Columns} from access_tokens
            where token_hash = @hash and revoked = 0 and (expires_at is null or expires_at > @now)
            """,
            Map, ("hash", TokenHash.Of(token)), ("now", now));

    public IReadOnlyList<AccessTokenRow> OfUser(long userId) =>
        sql.Query($"select {Columns} from access_tokens where user_id = @user order by id", Map, ("user", userId));

    public AccessTokenRow Add(long userId, string name, string token, IReadOnlyList<string> scopes, DateTimeOffset? expires, DateTimeOffset now) =>
        sql.First(
            $"""
            insert into access_tokens (user_id, name, token_hash, scopes, created_at, expires_at)
            values (@user, @name, @hash, @scopes, @now, @expires) returning {Columns}
            """,
            Map, ("user", userId), ("name", name), ("hash", TokenHash.Of(token)), ("scopes", scopes), ("now", now), ("expires", expires))!;

    public void Touch(long id, DateTimeOffset now) =>
        sql.Execute("update access_tokens set last_used_at = @now where id = @id", ("now", now), ("id", id));

    /// <summary>False when the user has no such token.</summary>
    public bool Revoke(long userId, long id) =>
        sql.Execute("update access_tokens set revoked = 1 where id = @id and user_id = @user", ("id", id), ("user", userId)) > 0;

    private static AccessTokenRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        UserId = row.Number("user_id"),
        Name = row.Text("name"),
        Scopes = row.Texts("scopes"),
        CreatedAt = row.Time("created_at"),
        ExpiresAt = row.TimeOrNull("expires_at"),
        LastUsedAt = row.TimeOrNull("last_used_at"),
        Revoked = row.Flag("revoked"),
    };
}
