using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Links;
using Gantry.Runner.Links;
using Gantry.Runner.Transfers;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Transfers;

/// <summary>The artifact helpers with a server that answers as scripted.</summary>
public sealed class ArtifactTransferTests : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly ScriptedJobLink _link = new();
    private readonly RecordingLogger<ArtifactTransferTests> _log = new();
    private readonly StringBuilder _meter = new();
    private readonly ServiceHttp _http;

    public ArtifactTransferTests() => _http = new ServiceHttp(_clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true, "bin/Release/x")]
    [InlineData(false, "bin\\Release\\x")]
    public void A_path_from_a_variable_is_read_as_its_place_writes_paths(bool windows, string path) => Assert.Equal(
        path,
        (Tools() with { PlaceIsWindows = windows, Environment = new Dictionary<string, string> { ["OUT"] = "bin\\Release" } })
            .PathOf(windows ? "$OUT\\x" : "$OUT\\\\x", _ => { }));

    [Theory]
    [InlineData("", "artifacts.zip")]
    [InlineData("zip", "artifacts.zip")]
    [InlineData("zipzstd", "artifacts.zip")]
    [InlineData("tarzstd", "artifacts.tar.zst")]
    [InlineData("gzip", "artifacts.gz")]
    [InlineData("raw", "artifacts")]
    public async Task Every_format_goes_up_under_its_name_and_zip_like_ones_come_back(string format, string name)
    {
        Write("file", "content");
        await UploadAsync(new UploadRequest { Paths = ["file"], Format = format, ExpireIn = "1 week", Type = "archive" });
        var (upload, body) = Assert.Single(_link.Uploads);
        Assert.Equal((name, format, "1 week", "archive"), (upload.FileName, upload.Format, upload.ExpireIn, upload.Type));
        if (format is "gzip" or "raw")
        {
            using var unzipped = new StreamReader(format == "raw" ? new MemoryStream(body) : new GZipStream(new MemoryStream(body), CompressionMode.Decompress));
            Assert.Equal("content", await unzipped.ReadToEndAsync(Token));
            return;
        }

        File.Delete(Path.Combine(_folder.Path, "file"));
        _link.DownloadAnswers.Enqueue((new ArtifactDownloadAnswer(DownloadResult.Succeeded, "200 OK", ""), body));
        await new ArtifactsDownloader(Tools(), Job()).RunAsync(new Secret("other"), 2, direct: false, _folder.Path, Token);
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "file"), Token));
    }

    [Theory]
    [InlineData(UploadResult.Failed, 3)]
    [InlineData(UploadResult.ServiceUnavailable, 6)]
    [InlineData(UploadResult.Forbidden, 1)]
    [InlineData(UploadResult.TooLarge, 1)]
    public async Task Uploads_are_repeated_only_when_it_may_help(UploadResult result, int tries)
    {
        Write("file", "content");
        for (var i = 0; i < 10; i++)
        {
            _link.UploadAnswers.Enqueue(new ArtifactUploadAnswer(result, "500 Internal Server Error", ""));
        }

        var problem = await Assert.ThrowsAsync<TransferException>(() => UploadAsync(new UploadRequest { Paths = ["file"] }));
        Assert.Equal(tries, _link.Uploads.Count);
        Assert.Equal(
            result switch
            {
                UploadResult.Forbidden => "permission denied",
                UploadResult.TooLarge => "too large",
                UploadResult.ServiceUnavailable => "service unavailable",
                _ => "upload failed: 500 Internal Server Error",
            },
            problem.Message);
    }

    [Fact]
    public async Task Nothing_to_upload_is_no_failure()
    {
        await UploadAsync(new UploadRequest { Paths = ["absent"] });
        Assert.Empty(_link.Uploads);
        Assert.Contains("No files to upload", _log.Messages);
    }

    [Fact]
    public async Task A_provenance_document_names_every_file_with_its_checksum_and_no_value()
    {
        Write("out/a.txt", "hello");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "out/empty"));
        await UploadAsync(new UploadRequest
        {
            Paths = ["out"],
            Name = "build",
            Format = "zip",
            Provenance = new ProvenanceRequest
            {
                RunnerId = "12",
                RepositoryUrl = "https://gitlab.example.com/group/project",
                RepositoryDigest = "1a2b3c",
                JobName = "compile",
                ExecutorName = "shell",
                RunnerName = "runner",
                Parameters = ["PASSWORD", "CI"],
                StartedAt = "2026-01-01T00:00:00Z",
                EndedAt = "2026-01-01T00:01:00Z",
                SchemaVersion = "v7",
                JobId = 7,
                ProductVersion = "1.0.0",
                Revision = "abc1234",
                Architecture = "amd64",
            },
        });
        using var zip = new ZipArchive(new MemoryStream(Assert.Single(_link.Uploads).Body));
        using var document = await JsonDocument.ParseAsync(zip.GetEntry("build-metadata.json")!.Open(), cancellationToken: Token);
        var root = document.RootElement;
        Assert.Equal("https://in-toto.io/Statement/v0.1", root.GetProperty("_type").GetString());
        var subject = Assert.Single(root.GetProperty("subject").EnumerateArray());
        Assert.Equal("out/a.txt", subject.GetProperty("name").GetString());
        Assert.Equal("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", subject.GetProperty("digest").GetProperty("sha256").GetString());
        var build = root.GetProperty("predicate").GetProperty("buildDefinition");
        Assert.Equal("", build.GetProperty("externalParameters").GetProperty("PASSWORD").GetString());
        Assert.Equal("compile", build.GetProperty("externalParameters").GetProperty("entryPoint").GetString());
        Assert.Equal("1a2b3c", build.GetProperty("resolvedDependencies")[0].GetProperty("digest").GetProperty("sha256").GetString());
        Assert.Equal(
            "https://gitlab.example.com/group/project/-/runners/12",
            root.GetProperty("predicate").GetProperty("runDetails").GetProperty("builder").GetProperty("id").GetString());
        Assert.Contains("Unknown SLSA provenance schema version \"v7\", using v1", _log.Messages);
    }

    [Fact]
    public async Task Progress_is_shown_when_it_is_asked_for()
    {
        Write("file", new string('x', 100));
        await new ArtifactsUploader(Tools(new TransferMeterSettings(TimeSpan.FromSeconds(1), text => _meter.Append(text))), Job())
            .RunAsync(new UploadRequest { Paths = ["file"], Format = "raw" }, Token);
        Assert.StartsWith("\rUploading artifacts 100 B (", _meter.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n", _meter.ToString(), StringComparison.Ordinal);
    }

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.Path, path))!);
        File.WriteAllText(Path.Combine(_folder.Path, path), content);
    }

    private Task UploadAsync(UploadRequest request) => _clock.PumpAsync(new ArtifactsUploader(Tools(), Job()).RunAsync(request, Token), Step);

    private TransferJob Job() => new(1, "short", _link);

    private TransferTools Tools(TransferMeterSettings? meter = null) => new()
    {
        WorkingFolder = _folder.Path,
        Environment = new Dictionary<string, string>(),
        Time = _clock,
        Http = _http,
        Logger = _log,
        Meter = meter,
    };
}
