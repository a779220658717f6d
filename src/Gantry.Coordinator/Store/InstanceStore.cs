namespace Gantry.Coordinator.Store;

/// <summary>Facts of the whole instance, by name.</summary>
internal sealed class InstanceStore(SqlSession sql)
{
    public const string RegistrationToken = "registration_token";
    public const string Uuid = "uuid";

    public string? Find(string key) => sql.Text("select value from instance where key = @key", ("key", key));

    public void Set(string key, string value) =>
        sql.Execute(
            "insert into instance (key, value) values (@key, @value) on conflict (key) do update set value = excluded.value",
            ("key", key), ("value", value));
}
