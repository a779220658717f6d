using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Caches;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;
using Gantry.Runner.Transfers;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Gantry.TestKit.Services;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Transfers;

/// <summary>The cache helpers against a store that checks every signature.</summary>
public sealed class RemoteCacheTests : IAsyncLifetime
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private const string Object = "caches/runner/short/project/10/main key";
    private readonly TempFolder _folder = new();
    private readonly TempFolder _other = new();
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly ServiceHttp _http;
    private readonly RecordingLogger<RemoteCacheTests> _log = new();
    private ObjectStore _store = null!;
    private CacheStorages _storages = null!;

    public RemoteCacheTests() => _http = new ServiceHttp(_clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await ObjectStore.StartAsync(_clock);
        _storages = new CacheStorages(new CloudContext(_http, _clock, _ => null));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "vendor"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "vendor", "lib"), new string('x', 100_000) + Guid.NewGuid(), Token);
    }

    public async ValueTask DisposeAsync()
    {
        _storages.Dispose();
        _http.Dispose();
        await _store.DisposeAsync();
        _folder.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("zipzstd")]
    [InlineData("tarzstd")]
    public async Task A_cache_of_one_machine_comes_back_on_another(string format)
    {
        await SaveAsync(format);
        Assert.Contains(_log.Messages, m => m.StartsWith("Cache main key: stored, ", StringComparison.Ordinal) && m.EndsWith(", uploaded", StringComparison.Ordinal));
        Assert.Equal("main key", _store.Objects[Object].Metadata["x-amz-meta-cachekey"]);

        await RestoreAsync();
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(_folder.Path, "vendor/lib"), Token), await File.ReadAllTextAsync(Path.Combine(_other.Path, "vendor/lib"), Token));
        Assert.Contains(_log.Messages, m => m.StartsWith("Cache main key: hit, ", StringComparison.Ordinal) && m.EndsWith(", downloaded", StringComparison.Ordinal));
        Assert.Equal("""{"cachekey":"main key"}""", await File.ReadAllTextAsync(Path.Combine(_other.Path, "store/main/metadata.json"), Token));
    }

    [Fact]
    public async Task An_unchanged_cache_is_neither_uploaded_nor_downloaded_again()
    {
        await SaveAsync();
        await SaveAsync();
        Assert.Single(_store.Requests, r => r.Method == "PUT");
        Assert.Contains("Primary cache already exists remotely, skipping upload", _log.Messages);
        Assert.Contains(_log.Messages, m => m.StartsWith("Cache main key: unchanged, ", StringComparison.Ordinal));

        await RestoreAsync();
        await RestoreAsync();
        Assert.Contains("cache.zip is up to date", _log.Messages);
    }

    [Fact]
    public async Task An_unchanged_cache_that_the_store_lost_is_uploaded_again()
    {
        await SaveAsync();
        _store.Objects.Clear();
        await SaveAsync();
        Assert.Contains("Primary cache does not exist remotely, uploading existing archive", _log.Messages);
        Assert.True(_store.Objects.ContainsKey(Object));
    }

    [Fact]
    public async Task A_broken_download_goes_on_where_it_stopped()
    {
        await SaveAsync();
        var size = _store.Objects[Object].Content.Length;
        _store.CutNextAfter = size / 2;
        await RestoreAsync();
        Assert.True(File.Exists(Path.Combine(_other.Path, "vendor/lib")));
        Assert.Equal(2, _store.Requests.Count(r => r.Method == "GET"));
        Assert.Equal($"bytes={size / 2}-", _store.Requests.Last(r => r.Method == "GET").Header("Range"));
    }

    [Fact]
    public async Task A_store_that_is_down_for_a_moment_loses_nothing()
    {
        _store.Break(new ServiceReply(503), times: 2);
        await SaveAsync();
        Assert.True(_store.Objects.ContainsKey(Object));
        _store.Break(new ServiceReply(500), times: 2);
        await RestoreAsync();
        Assert.True(File.Exists(Path.Combine(_other.Path, "vendor/lib")));
    }

    [Fact]
    public async Task A_refusal_says_why_and_is_not_repeated()
    {
        _store.Accounts.Clear();
        var problem = await Assert.ThrowsAsync<TransferException>(() => SaveAsync());
        Assert.Equal("received: 403 Forbidden. Request failed with code: InvalidAccessKeyId, message: refused & explained", problem.Message);
        Assert.Single(_store.Requests);
    }

    [Fact]
    public async Task An_archive_over_the_limit_stays_on_the_machine()
    {
        await SaveAsync(limit: 10);
        Assert.Empty(_store.Objects);
        Assert.Contains(_log.Messages, m => m.StartsWith("Cache archive size (", StringComparison.Ordinal) && m.EndsWith("Cache will be stored only locally.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_a_miss_even_with_an_old_copy_here()
    {
        Directory.CreateDirectory(Path.Combine(_other.Path, "store/main"));
        await File.WriteAllTextAsync(Path.Combine(_other.Path, "store/main/cache.zip"), "old", Token);
        await Assert.ThrowsAsync<TransferException>(() => RestoreAsync());
        Assert.Contains("file does not exist", _log.Messages);
    }

    [Fact]
    public async Task Of_the_two_names_of_a_cache_the_newer_one_is_used()
    {
        await SaveAsync();
        var older = _store.Objects[Object];
        _store.Objects["caches/runner/short/project/10/ab/abcd"] = older with { ModifiedAt = older.ModifiedAt.AddHours(1) };
        _store.Objects[Object] = older with { Content = [1, 2, 3] };
        await RestoreAsync(alternate: "abcd", wanted: "another");
        Assert.True(File.Exists(Path.Combine(_other.Path, "vendor/lib")));
        Assert.Contains(_log.Messages, m => m.StartsWith("Cache main key: stale, in place of another, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_address_reaches_the_log()
    {
        await SaveAsync();
        await RestoreAsync();
        Assert.DoesNotContain(_log.Messages, m => m.Contains("X-Amz", StringComparison.OrdinalIgnoreCase));
        Assert.Contains($"Uploading cache.zip to http://{_store.Authority}/caches/runner/short/project/10/main%20key", _log.Messages);
    }

    private async Task SaveAsync(string format = "", long limit = 0)
    {
        await _clock.PumpAsync(new CacheArchiver(Tools(_folder.Path)).RunAsync(
            new CacheArchiveRequest
            {
                File = "store/main/cache.zip",
                Paths = ["vendor"],
                CompressionFormat = format,
                Key = "main key",
                Metadata = """{"CacheKey":"main key"}""",
                Remote = await Storage(limit).ForUploadAsync(Wanted("main key"), Token),
            },
            Token), Step);
    }

    private async Task RestoreAsync(string? alternate = null, string wanted = "") => await _clock.PumpAsync(new CacheExtractor(Tools(_other.Path)).RunAsync(
        new CacheExtractRequest
        {
            File = "store/main/cache.zip",
            Key = "main key",
            WantedKey = wanted,
            Remote = await Storage(0).ForDownloadAsync(Wanted("main key"), Token),
            Alternate = alternate is null ? null : await Storage(0).ForDownloadAsync(Wanted(alternate) with { Sharded = true }, Token),
        },
        Token), Step);

    private ICacheStorage Storage(long limit) => _storages.For(new CacheSettings
    {
        Type = "s3",
        MaxUploadedArchiveSize = limit,
        S3 = new S3Settings
        {
            ServerAddress = _store.Authority,
            Insecure = true,
            AccessKey = ObjectStore.AccessKey,
            SecretKey = new Secret(ObjectStore.SecretKey),
            BucketName = "caches",
            BucketLocation = "eu-central-1",
        },
    })!;

    private static CacheObject Wanted(string key) => new()
    {
        ProjectId = 10,
        RunnerShortToken = "short",
        Key = key,
        Sharded = false,
        HumanKey = key,
        Validity = TimeSpan.FromHours(1),
    };

    private TransferTools Tools(string folder) => new()
    {
        WorkingFolder = folder,
        Environment = new Dictionary<string, string>(),
        Time = _clock,
        Http = _http,
        Logger = _log,
    };
}
