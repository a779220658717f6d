using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Tests.Running;

/// <summary>How stage scripts hand the addresses of a cache store to the helper.</summary>
public sealed class RemoteCacheTests
{
    [Fact]
    public async Task Addresses_go_to_the_helper_in_its_environment_never_as_arguments()
    {
        using var bench = Bench(new Store());
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());

        var restore = Script(bench, "restore_cache");
        Assert.Contains("GANTRY_CACHE_URL=https://store/get/main?sig ", restore, StringComparison.Ordinal);
        Assert.Contains("GANTRY_CACHE_HEAD_URL=https://store/head/main?sig ", restore, StringComparison.Ordinal);
        Assert.Matches("GANTRY_CACHE_ALTERNATE_URL=https://store/get/[0-9a-f]{64}/sharded[?]sig ", restore);
        Assert.Contains("GANTRY_CACHE_WANTED_KEY=main ", restore, StringComparison.Ordinal);
        Assert.Contains("GANTRY_CACHE_URL=https://store/get/older?sig ", restore, StringComparison.Ordinal);
        Assert.DoesNotContain("cache-extractor https", restore, StringComparison.Ordinal);
        Assert.DoesNotContain("--url", restore, StringComparison.Ordinal);
        Assert.Contains("Cache main: miss", restore, StringComparison.Ordinal);

        var archive = Script(bench, "archive_cache");
        Assert.Contains("GANTRY_CACHE_URL=https://store/put/main?sig ", archive, StringComparison.Ordinal);
        Assert.Contains("x-meta: main", archive, StringComparison.Ordinal);
        Assert.Contains("CACHE_MAX_UPLOADED_ARCHIVE_SIZE=77 ", archive, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_used_is_a_warning_and_the_machine_keeps_the_cache()
    {
        using var bench = Bench(new Store { Broken = true });
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Contains("WARNING: The cache store cannot be used for main: no bucket", bench.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("GANTRY_CACHE_URL", Script(bench, "restore_cache"), StringComparison.Ordinal);
        Assert.Contains("cache-archiver", Script(bench, "archive_cache"), StringComparison.Ordinal);
    }

    private static string Script(JobRunBench bench, string stage) =>
        bench.Executor.Scripts.Single(s => s.Stage == stage).Text.Replace("\\", "", StringComparison.Ordinal)
            .Replace("$'", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);

    private static JobRunBench Bench(ICacheStorage storage)
    {
        var bench = new JobRunBench { CacheStorage = storage };
        bench.Payload = bench.Payload with { Cache = [new JobCache { Key = "main", Paths = ["vendor"], FallbackKeys = ["older"], When = "on_success" }] };
        return bench;
    }

    private sealed class Store : ICacheStorage
    {
        public bool Broken { get; init; }

        public Task<CacheAddress?> ForDownloadAsync(CacheObject wanted, CancellationToken cancellationToken) => Give("get", wanted);

        public Task<CacheAddress?> ForUploadAsync(CacheObject wanted, CancellationToken cancellationToken) => Give("put", wanted);

        private Task<CacheAddress?> Give(string verb, CacheObject wanted) => Broken
            ? throw new CacheStorageException("no bucket")
            : Task.FromResult<CacheAddress?>(new CacheAddress
            {
                Url = new Secret($"https://store/{verb}/{wanted.Key}{(wanted.Sharded ? "/sharded" : "")}?sig"),
                HeadUrl = new Secret($"https://store/head/{wanted.Key}?sig"),
                Headers = verb == "put" ? new Dictionary<string, string> { ["x-meta"] = wanted.HumanKey } : [],
                MaximumSize = verb == "put" ? 77 : 0,
            });
    }
}
