using System.Buffers.Text;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>What earlier jobs and the configuration put into a job's hands.</summary>
public sealed class PayloadTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private GitClient _git = null!;
    private TestRunner _runner = null!;
    private long _project;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(_folder);
        _project = await _server.CreateProjectAsync();
        _git = await GitClient.InitAsync(_folder.At("work"));
        _runner = await TestRunner.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task Variables_of_a_dotenv_report_reach_the_jobs_that_get_its_artifacts_and_no_others()
    {
        await PushAsync("""
            build:
              stage: build
              variables: {VERSION: from-yaml}
              script: make
              artifacts: {reports: {dotenv: build.env}}
            with:
              stage: test
              needs: [build]
              variables: {VERSION: from-yaml}
              script: echo
            without:
              stage: test
              needs: [{job: build, artifacts: false}]
              script: echo
            later:
              stage: deploy
              script: echo
            """);
        var build = await _runner.StartAsync();
        using (var refused = await build.UploadAsync(Gzip("not a variable"), "artifact_format=gzip&artifact_type=dotenv", ".env"))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("Invalid Format", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using (var uploaded = await build.UploadAsync(Gzip("VERSION=1.2.3\nEMPTY=\n"), "artifact_format=gzip&artifact_type=dotenv", ".env"))
        {
            Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        }

        await build.FinishAsync();
        var jobs = new Dictionary<string, TestJob>();
        while (jobs.Count < 3)
        {
            var job = await _runner.StartAsync();
            jobs[job.Name] = job;
            await job.FinishAsync();
        }

        Assert.Equal("1.2.3", jobs["with"].Variable("VERSION"));
        Assert.Equal("", jobs["with"].Variable("EMPTY"));
        Assert.Null(jobs["without"].Variable("VERSION"));
        Assert.Equal("1.2.3", jobs["later"].Variable("VERSION"));
    }

    [Fact(Timeout = 120_000)]
    public async Task An_id_token_is_signed_with_the_published_key_and_says_who_the_job_is()
    {
        await PushAsync("""
            deploy:
              environment: {name: production}
              id_tokens:
                STORE_TOKEN: {aud: "https://$CI_PROJECT_NAME.example.com"}
                MANY: {aud: [one, two]}
              variables: {COPY: "Bearer $STORE_TOKEN"}
              script: echo
            """);
        var job = await _runner.StartAsync();
        var token = job.Variable("STORE_TOKEN")!;
        Assert.Equal("Bearer " + token, job.Variable("COPY"));
        Assert.True(job.Payload.GetProperty("variables").EnumerateArray().Single(item => item.GetProperty("key").GetString() == "STORE_TOKEN").GetProperty("masked").GetBoolean());

        var configuration = await PublicAsync("/.well-known/openid-configuration");
        Assert.Equal(_server.Host.Url, configuration.GetProperty("issuer").GetString());
        var keys = await PublicAsync(new Uri(configuration.GetProperty("jwks_uri").GetString()!).AbsolutePath);
        var key = keys.GetProperty("keys")[0];
        var parts = token.Split('.');
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars(key.GetProperty("n").GetString()),
            Exponent = Base64Url.DecodeFromChars(key.GetProperty("e").GetString()),
        });
        Assert.True(rsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.Equal(key.GetProperty("kid").GetString(), Part(parts[0]).GetProperty("kid").GetString());

        var claims = Part(parts[1]);
        Assert.Equal("https://hello.example.com", claims.GetProperty("aud").GetString());
        Assert.Equal("project_path:demo/hello:ref_type:branch:ref:main", claims.GetProperty("sub").GetString());
        Assert.Equal($"{job.Id}", claims.GetProperty("job_id").GetString());
        Assert.Equal("true", claims.GetProperty("ref_protected").GetString());
        Assert.Equal("production", claims.GetProperty("environment").GetString());
        Assert.Equal("owner", claims.GetProperty("user_access_level").GetString());
        Assert.Equal(3600 + 300, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal(["one", "two"], Part(job.Variable("MANY")!.Split('.')[1]).GetProperty("aud").EnumerateArray().Select(item => item.GetString()));

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.At("data", "id_token_key.pem")));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Secrets_arrive_with_the_address_of_their_store_at_a_runner_that_can_fetch_them()
    {
        await _server.PostAsync($"projects/{_project}/variables", """{"key":"VAULT_SERVER_URL","value":"https://vault.example.com"}""");
        await PushAsync("""
            job:
              id_tokens: {VAULT_TOKEN: {aud: vault}}
              secrets:
                PASSWORD: {vault: production/db/password@ops, file: false}
              script: echo
            """);
        using (var none = await _runner.RequestAsync())
        {
            Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);
        }

        var able = new TestRunner(_server, _runner.Token) { SystemId = "s_2", Features = TestRunner.AllFeatures.Replace("\"variables\"", "\"vault_secrets\":true,\"variables\"", StringComparison.Ordinal) };
        var secret = (await able.TakeAsync()).Payload.GetProperty("secrets").GetProperty("PASSWORD");
        Assert.False(secret.GetProperty("file").GetBoolean());
        var vault = secret.GetProperty("vault");
        Assert.Equal("production/db", vault.GetProperty("path").GetString());
        Assert.Equal("ops", vault.GetProperty("engine").GetProperty("path").GetString());
        Assert.Equal("https://vault.example.com", vault.GetProperty("server").GetProperty("url").GetString());
        Assert.Equal("$VAULT_TOKEN", vault.GetProperty("server").GetProperty("auth").GetProperty("data").GetProperty("jwt").GetString());
    }

    [Fact(Timeout = 120_000)]
    public async Task Tests_coverage_and_environment_of_a_job_are_told_with_its_pipeline()
    {
        await PushAsync("""
            unit:
              script: test
              coverage: '/Total: (\d+\.\d+)%/'
              environment: {name: review/$CI_COMMIT_REF_NAME, url: "https://$HOST_OF_REVIEW"}
              artifacts: {reports: {junit: j.xml, dotenv: e.env}}
            """);
        var job = await _runner.StartAsync();
        using (await job.UploadAsync(Gzip("<testsuite><testcase name='a'/><testcase name='b'><failure>no</failure></testcase></testsuite>"), "artifact_format=gzip&artifact_type=junit", "junit.xml"))
        using (await job.UploadAsync(Gzip("HOST_OF_REVIEW=r1.example.com"), "artifact_format=gzip&artifact_type=dotenv", ".env"))
        using (await job.PatchAsync(0, "Total: 12.0%\nTotal: 87.5%\ndone\n"))
        {
            await job.FinishAsync();
        }

        var pipeline = (await _server.GetAsync($"projects/{_project}/pipelines"))[0].GetProperty("id").GetInt64();
        var report = await _server.GetAsync($"projects/{_project}/pipelines/{pipeline}/test_report");
        Assert.Equal((2, 1), (report.GetProperty("total_count").GetInt32(), report.GetProperty("failed_count").GetInt32()));
        Assert.Equal("unit", report.GetProperty("test_suites")[0].GetProperty("name").GetString());
        Assert.Equal(87.5, (await _server.GetAsync($"projects/{_project}/jobs/{job.Id}")).GetProperty("coverage").GetDouble());
        Assert.Equal("87.50", (await _server.GetAsync($"projects/{_project}/pipelines/{pipeline}")).GetProperty("coverage").GetString());
        var place = Assert.Single((await _server.GetAsync($"projects/{_project}/environments")).EnumerateArray());
        Assert.Equal("review/main", place.GetProperty("name").GetString());
        Assert.Equal("https://r1.example.com", place.GetProperty("external_url").GetString());
        Assert.Equal("available", place.GetProperty("state").GetString());
    }

    private async Task PushAsync(string configuration)
    {
        await _git.CommitAsync("Configuration", (".gitlab-ci.yml", configuration));
        await _git.RunAsync("push", "--quiet", _server.CloneUrl(), "main");
    }

    private async Task<JsonElement> PublicAsync(string path) =>
        JsonElement.Parse(await _server.Anonymous.GetStringAsync(_server.Host.Url + path, TestContext.Current.CancellationToken));

    private static JsonElement Part(string encoded) => JsonElement.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded)));

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}
