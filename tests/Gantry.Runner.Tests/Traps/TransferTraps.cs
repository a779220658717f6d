using System.IO.Compression;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Engine.Processes;
using Gantry.Runner.Transfers;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Traps;

/// <summary>Traps of the artifact commands (official-job-protocol §11).</summary>
public sealed class TransferTraps : IDisposable
{
    private const int Limit = 30_000;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedJobLink _link = new();
    private readonly RecordingLogger<TransferTraps> _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = Limit)]
    [Trait("Trap", "12")]
    public async Task No_files_to_upload_is_no_failure_and_too_large_is_one()
    {
        await UploadAsync(new UploadRequest { Paths = ["nothing"] });
        Assert.Contains("No files to upload", _log.Messages);
        Assert.Empty(_link.Uploads);

        _folder.File("big", "x");
        _link.UploadAnswers.Enqueue(new ArtifactUploadAnswer(UploadResult.TooLarge, "413 Request Entity Too Large", ""));
        var refused = await Assert.ThrowsAsync<TransferException>(() => UploadAsync(new UploadRequest { Paths = ["big"] }));
        Assert.Equal("too large", refused.Message);
        Assert.Single(_link.Uploads);
    }

    [Theory(Timeout = Limit)]
    [Trait("Trap", "32")]
    [InlineData(UploadResult.ServiceUnavailable, 6)]
    [InlineData(UploadResult.Failed, 3)]
    public async Task An_upload_is_tried_again_with_the_files_as_they_are_then(UploadResult answer, int tries)
    {
        for (var i = 0; i < tries; i++)
        {
            _link.UploadAnswers.Enqueue(new ArtifactUploadAnswer(answer, "5xx", ""));
        }

        var file = _folder.File("log", "before");
        var upload = UploadAsync(new UploadRequest { Paths = ["log"] });
        await ClockPump.UntilAsync(() => _link.Uploads.Count == 1);
        File.WriteAllText(file, "after");
        await Assert.ThrowsAsync<TransferException>(() => _time.PumpAsync(upload, TimeSpan.FromSeconds(1)));

        Assert.Equal(tries, _link.Uploads.Count);
        Assert.Equal(("before", "after"), (Content(0), Content(tries - 1)));
    }

    [Fact(Timeout = Limit)]
    [Trait("Trap", "33")]
    public async Task A_direct_download_is_asked_for_on_the_first_try_only()
    {
        _link.DownloadAnswers.Enqueue((new ArtifactDownloadAnswer(DownloadResult.Failed, "500", ""), []));
        _link.DownloadAnswers.Enqueue((new ArtifactDownloadAnswer(DownloadResult.Failed, "500", ""), []));
        _link.DownloadAnswers.Enqueue((new ArtifactDownloadAnswer(DownloadResult.Succeeded, "200 OK", ""), EmptyZip()));
        var downloader = new ArtifactsDownloader(Tools(), new TransferJob(4, "short", _link));

        await _time.PumpAsync(downloader.RunAsync(new Secret("token"), 2, direct: true, _folder.Path, Token), TimeSpan.FromSeconds(1));

        Assert.Equal([true, false, false], _link.Downloads.Select(download => download.DirectDownload));
    }

    [Fact(Timeout = Limit)]
    [Trait("Trap", "25")]
    public async Task Untracked_files_are_those_git_ignores_too()
    {
        await GitAsync("init", "--quiet");
        _folder.File(".gitignore", "*.o\n");
        _folder.File("log", "ignored: no");
        _folder.File("main.o", "ignored: yes");
        await GitAsync("add", ".gitignore");

        await UploadAsync(new UploadRequest { Untracked = true });

        using var zip = new ZipArchive(new MemoryStream(Assert.Single(_link.Uploads).Body));
        Assert.Equal(["log", "main.o"], zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
    }

    private async Task GitAsync(params string[] arguments)
    {
        var run = await ChildProcess.RunAsync(
            new ProcessStart { FileName = "git", Arguments = arguments, WorkingFolder = _folder.Path }, 64 * 1024, Token);
        Assert.True(run.Exit.IsSuccess, run.Error);
    }

    private static byte[] EmptyZip()
    {
        using var bytes = new MemoryStream();
        new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true).Dispose();
        return bytes.ToArray();
    }

    private string Content(int upload)
    {
        using var zip = new ZipArchive(new MemoryStream(_link.Uploads[upload].Body));
        using var reader = new StreamReader(zip.GetEntry("log")!.Open());
        return reader.ReadToEnd();
    }

    private Task UploadAsync(UploadRequest request) =>
        new ArtifactsUploader(Tools(), new TransferJob(4, "short", _link)).RunAsync(request with { Format = "zip" }, Token);

    private TransferTools Tools() => new()
    {
        WorkingFolder = _folder.Path,
        Environment = new Dictionary<string, string>(),
        Time = _time,
        Logger = _log,
    };
}
