using System.IO.Compression;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Links;
using Gantry.Runner.Transfers;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Gantry.TestKit.Services;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>transfer-retries.json.</summary>
public sealed class TransferTables
{
    [Fact]
    [Tables("transfer-retries", "upload-retry")]
    public Task Uploads_are_repeated_as_officially() => Table(6, one => Assert.Equal(
        one.Expected.GetBoolean(),
        ArtifactsUploader.MayTryAgain(
            one.In("error") switch
            {
                "none" => UploadResult.Succeeded,
                "retryable" => UploadResult.Failed,
                "retryable service unavailable" => UploadResult.ServiceUnavailable,
                _ => UploadResult.Forbidden,
            },
            one.Input.GetProperty("tries").GetInt32())));

    [Fact]
    [Tables("transfer-retries", "artifact-download")]
    public Task Downloads_are_repeated_as_officially() => RunnerCases.RunAsync(6, async one =>
    {
        using var folder = new TempFolder();
        using var http = new ServiceHttp(TimeProvider.System);
        var clock = new FakeTimeProvider();
        var link = LinkThatAnswers(one.In("server"));
        var staging = one.In("staging_dir") is { Length: > 0 } given ? given : folder.Path;
        var tools = new TransferTools
        {
            WorkingFolder = folder.Path,
            Environment = new Dictionary<string, string>(),
            Time = clock,
            Http = http,
            Logger = new RecordingLogger<TransferTables>(),
        };
        var run = new ArtifactsDownloader(tools, new TransferJob(1, "short", link)).RunAsync(
            new Secret("token"), one.Input.GetProperty("retries").GetInt32(), one.Input.GetProperty("direct_download").GetBoolean(), staging, CancellationToken.None);
        var failed = await Record.ExceptionAsync(() => clock.PumpAsync(run, TimeSpan.FromMilliseconds(200)));
        Assert.Equal(one.Expected.GetProperty("success").GetBoolean(), failed is null);
        Assert.Equal(one.Expected.GetProperty("direct_requests").GetInt32(), link.Downloads.Count(d => d.DirectDownload));
        // The official test server counts every request as one of these.
        Assert.Equal(one.Expected.GetProperty("plain_requests").GetInt32(), staging == "/dev/null" ? 0 : link.Downloads.Count);
    });

    [Fact]
    [Tables("transfer-retries", "cache-reupload")]
    public Task An_unchanged_cache_goes_up_again_when_the_store_has_none() => RunnerCases.RunAsync(3, async one =>
    {
        using var folder = new TempFolder();
        using var http = new ServiceHttp(TimeProvider.System);
        await using var store = await LocalService.StartAsync(request => new ServiceReply(request.Method == "HEAD" ? one.Input.GetProperty("check_status").GetInt32() : 200));
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "content");
        var archive = Path.Combine(folder.Path, "cache", "cache.zip");
        if (one.Input.GetProperty("local_archive_exists").GetBoolean())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(archive)!);
            await File.WriteAllTextAsync(archive, "archive");
        }

        var log = new RecordingLogger<TransferTables>();
        await new CacheArchiver(new TransferTools
        {
            WorkingFolder = folder.Path,
            Environment = new Dictionary<string, string>(),
            Time = TimeProvider.System,
            Http = http,
            Logger = log,
        }).RunAsync(
            new CacheArchiveRequest
            {
                File = archive,
                Paths = ["file"],
                Remote = new CacheAddress
                {
                    Url = new Secret(store.Url + "/object"),
                    HeadUrl = one.Input.GetProperty("check_url_given").GetBoolean() ? new Secret(store.Url + "/object") : default,
                },
            },
            CancellationToken.None);
        Assert.Equal(one.Expected.GetBoolean(), log.Messages.Contains("Primary cache does not exist remotely, uploading existing archive"));
    });

    [Fact]
    [Tables("transfer-retries", "cache-rename")]
    public Task A_cache_under_its_other_name_is_adopted() => Table(4, one =>
    {
        using var folder = new TempFolder();
        var primary = Path.Combine(folder.Path, "new", "cache.zip");
        var alternate = one.Input.GetProperty("alternate_is_primary").GetBoolean() ? primary : Path.Combine(folder.Path, "cache.zip");
        if (one.Input.GetProperty("alternate_exists").GetBoolean())
        {
            File.WriteAllText(alternate, "old");
        }

        Assert.Equal(
            one.Expected.GetBoolean(),
            CacheArchiver.Adopt(one.Input.GetProperty("alternate_not_given").GetBoolean() ? "" : alternate, primary, folder.Path));
        Assert.Equal(one.Expected.GetBoolean(), File.Exists(primary));
    });

    [Fact]
    [Tables("transfer-retries", "content-range")]
    public Task Ranges_name_the_whole_length() => Table(5, one => Assert.Equal(
        one.Expected.ValueKind == System.Text.Json.JsonValueKind.Null ? null : one.Expected.GetInt64(), RemoteArchive.TotalOf(one.In("header"))));

    private static Task Table(int count, Action<RunnerCase> check) => RunnerCases.Run(count, check);

    private static ScriptedJobLink LinkThatAnswers(string server)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("file");
        }

        var result = server switch
        {
            "succeeded" => DownloadResult.Succeeded,
            "not found" => DownloadResult.NotFound,
            "forbidden" => DownloadResult.Forbidden,
            _ => DownloadResult.Failed,
        };
        var link = new ScriptedJobLink();
        for (var i = 0; i < 5; i++)
        {
            link.DownloadAnswers.Enqueue((new ArtifactDownloadAnswer(result, "", ""), archive.ToArray()));
        }

        return link;
    }
}
