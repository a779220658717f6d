using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Coordinator.Tests.Hosting;
using Gantry.Coordinator.Tests.Web.Pages;

namespace Gantry.Coordinator.Tests.Security;

/// <summary>What strangers and hostile jobs try: guessing tokens, leaving folders, files that grow.</summary>
public sealed class AbuseTests : IAsyncLifetime
{
    // Sent as written: clients tidy such paths up before they ask.
    private static readonly string[] Outside =
    [
        "/demo/hello/-/jobs/{job}/artifacts/raw/../../../../../etc/passwd",
        "/demo/hello/-/jobs/{job}/artifacts/raw/..%2f..%2f..%2fetc/passwd",
        "/demo/hello/-/jobs/{job}/artifacts/raw/%2e%2e/%2e%2e/db.sqlite",
        "/demo/hello/-/jobs/{job}/artifacts/browse/..%2f..",
        "/demo/hello/-/raw/main/../../../../etc/passwd",
        "/demo/hello/-/raw/main/..%2f..%2fconfig",
        "/demo/hello/-/raw/main/%2e%2e/config",
        "/demo/hello/-/raw/--output=x/README.md",
        "/demo/hello.git/../../db.sqlite",
        "/demo/hello.git/objects/../config",
        "/demo/hello.git/config",
        "/demo/..%2f..%2fhello.git/info/refs?service=git-upload-pack",
        "/demo/hello.git/info/refs?service=git-upload-archive",
        "/api/v4/projects/1/jobs/{job}/artifacts/..%2f..%2fdb.sqlite",
        "/api/v4/projects/1/jobs/{job}/artifacts/%2fetc%2fpasswd",
        "/api/v4/projects/1/repository/files/..%2f..%2fconfig/raw?ref=main",
        "/api/v4/projects/1/repository/files/%2fetc%2fpasswd/raw?ref=main",
        "/-/assets/x/..%2f..%2froot_token",
        "/-/assets/x/%2e%2e/root_token",
    ];

    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_guesses_registration_tokens_waits_even_with_the_right_one()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await RegisterAsync("GR-guess" + attempt.ToString(CultureInfo.InvariantCulture))).Status);
        }

        var (status, retryAfter) = await RegisterAsync("GR-guess");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal("60", retryAfter);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_guesses_passwords_waits()
    {
        using var visitor = new WebVisitor(_server);
        var last = HttpStatusCode.OK;
        for (var attempt = 0; attempt < 11; attempt++)
        {
            using var answer = await visitor.PostAsync("/users/sign_in", ("token", "glpat-guess"), ("return", "/"));
            last = answer.StatusCode;
            Assert.Equal(attempt < 10 ? HttpStatusCode.Forbidden : HttpStatusCode.TooManyRequests, last);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task No_path_leads_out_of_a_repository_or_an_archive()
    {
        var job = await JobAsync();
        using (var upload = await job.UploadAsync(Archive("a.txt", "fine"u8.ToArray())))
        {
            Assert.Equal(HttpStatusCode.Created, upload.StatusCode);
        }

        // The right paths are found, so that the wrong ones are refused for what they are.
        var number = job.Id.ToString(CultureInfo.InvariantCulture);
        Assert.StartsWith("HTTP/1.1 200", await RawAsync($"/demo/hello/-/jobs/{number}/artifacts/raw/a.txt"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await RawAsync("/demo/hello/-/raw/main/.gitlab-ci.yml"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await RawAsync("/demo/hello.git/info/refs?service=git-upload-pack"), StringComparison.Ordinal);
        foreach (var path in Outside)
        {
            var answer = await RawAsync(path.Replace("{job}", number, StringComparison.Ordinal));
            foreach (var secret in new[] { "root:", "SQLite format", "[core]", _server.RootToken })
            {
                Assert.DoesNotContain(secret, answer, StringComparison.Ordinal);
            }

            Assert.False(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal), $"{path}: {answer}");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_archive_may_hold_hostile_names_and_they_stay_names()
    {
        var job = await JobAsync();
        using (var upload = await job.UploadAsync(Archive("../../../escaped.txt", "inside"u8.ToArray())))
        {
            Assert.Equal(HttpStatusCode.Created, upload.StatusCode);
        }

        Assert.Contains("HTTP/1.1", await RawAsync($"/demo/hello/-/jobs/{job.Id}/artifacts/browse"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.At("data"), "escaped.txt", SearchOption.AllDirectories));
        Assert.False(File.Exists(_folder.At("escaped.txt")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Files_that_grow_when_unpacked_are_cut_off()
    {
        var job = await JobAsync();
        // 40 MiB of nothing in some kilobytes.
        var nothing = new byte[40 * 1024 * 1024];
        using (var upload = await job.UploadAsync(Archive("zeros", nothing)))
        {
            Assert.Equal(HttpStatusCode.Created, upload.StatusCode);
        }

        using (var report = await job.UploadAsync(Gzip(nothing), "artifact_format=gzip&artifact_type=junit", "junit.xml.gz"))
        {
            Assert.Equal(HttpStatusCode.Created, report.StatusCode);
        }

        using (var dotenv = await job.UploadAsync(Gzip(nothing), "artifact_format=gzip&artifact_type=dotenv", ".env.gz"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, dotenv.StatusCode);
        }

        using var owner = await WebVisitor.SignedInAsync(_server);
        using var shown = await owner.OpenAsync($"/demo/hello/-/jobs/{job.Id}/artifacts/raw/zeros");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, shown.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("jobs/request")]
    [InlineData("projects")]
    public async Task Bodies_without_end_are_cut_off_though_they_do_not_say_their_length(string path)
    {
        var body = new EndlessContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new("application/json");
        try
        {
            using var answer = await _server.Http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException error) when (error.InnerException is IOException)
        {
            // Hung up before the answer was read.
        }

        Assert.InRange(body.Sent, 1, 48 * 1024 * 1024);
        await _server.GetAsync("version");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("jobs/request")]
    [InlineData("projects")]
    public async Task Bodies_that_are_too_deep_are_refused(string path)
    {
        using var answer = await TestServer.SendAsync(_server.Http, HttpMethod.Post, path, """{"name":""" + new string('[', 200_000));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("git-receive-pack")]
    [InlineData("git-upload-pack")]
    public async Task What_grows_when_unpacked_does_not_get_into_a_repository(string service)
    {
        await _server.CreateProjectAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, _server.CloneUrl() + "/" + service) { Content = new ByteArrayContent(Gzip(new byte[200 * 1024 * 1024])) };
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Content.Headers.ContentType = new($"application/x-{service}-request");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("root:" + _server.RootToken)));
        using var answer = await _server.Anonymous.SendAsync(request, Cancellation);

        // A fetch has begun to be answered when git sees that it is none: the answer ends with nothing in it.
        Assert.True(service == "git-upload-pack" || answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode}");
        Assert.DoesNotContain("unpack ok", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("PACK", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_of_the_api_that_does_not_exist_is_answered_in_the_api_s_words()
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete })
        {
            using var answer = await TestServer.SendAsync(_server.Http, method, "no/such/thing", method == HttpMethod.Get ? null : "{}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Equal("""{"error":"404 Not Found"}""", await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Paging_by_place_sees_every_project_once_while_others_come()
    {
        for (var number = 0; number < 5; number++)
        {
            await _server.CreateProjectAsync($"demo/p{number}");
        }

        var seen = new List<long>();
        var path = "projects?pagination=keyset&per_page=2";
        while (path is not null)
        {
            using var answer = await _server.Http.GetAsync(path, Cancellation);
            Assert.False(answer.Headers.Contains("X-Total"));
            seen.AddRange(System.Text.Json.JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).EnumerateArray().Select(project => project.GetProperty("id").GetInt64()));
            path = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
            await _server.CreateProjectAsync($"demo/late{seen.Count}");
        }

        Assert.Equal([5L, 4, 3, 2, 1], seen);
        using var refused = await _server.Http.GetAsync("projects/1/variables?pagination=keyset", Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        using var wrong = await _server.Http.GetAsync("projects?pagination=keyset&cursor=x", Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    private async Task<(HttpStatusCode Status, string? RetryAfter)> RegisterAsync(string token)
    {
        using var answer = await TestServer.SendAsync(_server.Anonymous, HttpMethod.Post, "runners", $$"""{"token":"{{token}}"}""");
        return (answer.StatusCode, answer.Headers.RetryAfter?.ToString());
    }

    private async Task<TestJob> JobAsync()
    {
        var project = await _server.CreateProjectAsync();
        await _server.PostAsync($"projects/{project}/repository/files/.gitlab-ci.yml", """{"branch":"main","commit_message":"m","content":"build: {script: echo}"}""");
        await _server.JsonAsync(HttpMethod.Put, $"projects/{project}", """{"visibility":"public"}""");
        return await (await TestRunner.CreateAsync(_server)).StartAsync();
    }

    private static byte[] Archive(string name, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry(name).Open();
            entry.Write(content);
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }

    // The whole answer to the owner's request for exactly this path.
    private async Task<string> RawAsync(string path)
    {
        var address = new Uri(_server.Host.Url);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, Cancellation);
        await using var stream = connection.GetStream();
        var basic = Convert.ToBase64String(Encoding.ASCII.GetBytes($"root:{_server.RootToken}"));
        var credential = path.Contains(".git/", StringComparison.Ordinal) ? $"Authorization: Basic {basic}" : $"PRIVATE-TOKEN: {_server.RootToken}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{credential}\r\nConnection: close\r\n\r\n"), Cancellation);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Cancellation);
    }
}

/// <summary>Blanks behind the beginning of a body, until the server hangs up.</summary>
file sealed class EndlessContent : HttpContent
{
    public long Sent { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync("{\"name\":"u8.ToArray());
        var blanks = new byte[64 * 1024];
        Array.Fill(blanks, (byte)' ');
        while (true)
        {
            await stream.WriteAsync(blanks);
            Sent += blanks.Length;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
