using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Tests.Store;

public sealed class DatabaseTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ChangeFeed _feed = new();

    private string DatabaseFile => _folder.At("db.sqlite");

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 30_000)]
    public async Task What_was_written_is_there_after_a_restart()
    {
        var token = TestContext.Current.CancellationToken;
        using (var database = Database.Open(DatabaseFile, _feed))
        {
            await database.WriteAsync(session => session.Users.Add("root", "Root", "root@localhost", admin: true, Now), token);
        }

        using var again = Database.Open(DatabaseFile, _feed);
        var user = await again.ReadAsync(session => session.Users.FindByName("ROOT"), token);

        Assert.Equal("root", user!.Username);
        Assert.Equal(Now, user.CreatedAt);
        Assert.True(user.Admin);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_write_that_throws_is_undone_alone()
    {
        var token = TestContext.Current.CancellationToken;
        using var database = Database.Open(DatabaseFile, _feed);
        var writes = Enumerable.Range(0, 20).Select(number => database.WriteAsync(
            session =>
            {
                session.Instance.Set($"key{number}", "value");
                return number % 2 == 0 ? number : throw new InvalidOperationException($"odd {number}");
            },
            token)).ToList();

        foreach (var (number, write) in writes.Index())
        {
            if (number % 2 == 0)
            {
                Assert.Equal(number, await write);
            }
            else
            {
                var error = await Assert.ThrowsAsync<InvalidOperationException>(() => write);
                Assert.Equal($"odd {number}", error.Message);
            }
        }

        var kept = await database.ReadAsync(
            session => Enumerable.Range(0, 20).Where(number => session.Instance.Find($"key{number}") is not null).ToList(), token);
        Assert.Equal(Enumerable.Range(0, 10).Select(half => half * 2), kept);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_reader_sees_one_snapshot()
    {
        var token = TestContext.Current.CancellationToken;
        using var database = Database.Open(DatabaseFile, _feed);
        var (before, after) = await database.ReadAsync(
            session =>
            {
                var first = session.Instance.Find("key");
                database.WriteAsync(other => other.Instance.Set("key", "value"), token).Wait(token);
                return (first, session.Instance.Find("key"));
            },
            token);

        Assert.Null(before);
        Assert.Null(after);
        Assert.Equal("value", await database.ReadAsync(session => session.Instance.Find("key"), token));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_file_of_a_newer_version_is_refused()
    {
        var token = TestContext.Current.CancellationToken;
        using (var database = Database.Open(DatabaseFile, _feed))
        {
            await database.WriteAsync(session => session.Instance.Set("a", "b"), token);
        }

        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={DatabaseFile};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "pragma user_version = 999";
            command.ExecuteNonQuery();
        }

        Assert.Throws<StoreVersionException>(() => Database.Open(DatabaseFile, _feed));
    }

    [Fact]
    public void The_file_is_the_owners_alone()
    {
        using var database = Database.Open(DatabaseFile, _feed);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(DatabaseFile));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Readers_run_beside_writers()
    {
        var token = TestContext.Current.CancellationToken;
        using var database = Database.Open(DatabaseFile, _feed);
        var writes = Enumerable.Range(0, 200).Select(n => database.WriteAsync(s => s.Instance.Set($"k{n}", "v"), token));
        var reads = Enumerable.Range(0, 200).Select(_ => Task.Run(() => database.ReadAsync(s => s.Instance.Find("k1"), token), token));

        await Task.WhenAll([.. writes, .. reads]);
    }
}
