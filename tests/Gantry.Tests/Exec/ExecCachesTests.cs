using Gantry.Exec;

namespace Gantry.Tests.Exec;

public sealed class ExecCachesTests
{
    [Fact(Timeout = 30_000)]
    public async Task Caches_of_local_runs_are_found_and_go_and_an_engine_is_asked_only_for_volumes()
    {
        var folder = Directory.CreateTempSubdirectory("gantry-test-").FullName;
        try
        {
            var caches = new ExecCaches(folder);
            var token = TestContext.Current.CancellationToken;
            Assert.Empty(await caches.FindAsync(() => throw new InvalidOperationException("asked"), token));

            Directory.CreateDirectory(caches.FolderOf("one"));
            await File.WriteAllTextAsync(Path.Combine(caches.FolderOf("one"), "a.zip"), "12345", token);
            var thing = Assert.Single(await caches.FindAsync(() => throw new InvalidOperationException("asked"), token));
            Assert.Equal(("cache", 5L), (thing.Kind, thing.Bytes));
            Assert.Null(await thing.RemoveAsync(token));
            Assert.False(Directory.Exists(caches.FolderOf("one")));

            Directory.CreateDirectory(caches.CheckoutOf("one"));
            Assert.Equal("checkout", Assert.Single(await caches.FindAsync(() => throw new InvalidOperationException("asked"), token)).Kind);

            Assert.Equal("gantry-exec-two", caches.UseVolume("two"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => caches.FindAsync(() => throw new InvalidOperationException("asked"), token));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
