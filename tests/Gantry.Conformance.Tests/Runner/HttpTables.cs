using System.Globalization;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Runner.Links;
using Gantry.Runner.Metrics;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>http-retries.json, tls-files.json and the short tokens of names.json.</summary>
public sealed class HttpTables
{
    private static readonly ProductVersion Product = ConfigTables.Context.Version;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Tables("http-retries", "should-retry")]
    public Task Statuses_are_repeated_or_final() => RunnerCases.Run(6, one =>
        Assert.Equal(one.Expected.GetProperty("retry").GetBoolean(), RetryRules.IsRetriable(one.Input.GetProperty("status").GetInt32())));

    [Fact]
    [Tables("http-retries", "wait")]
    public Task Waits_follow_the_servers_headers() => RunnerCases.Run(3, one =>
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var headers = Headers(one.Input, now);
        var wait = RetryRules.WaitAfter(headers.GetValueOrDefault("RateLimit-ResetTime"), headers.GetValueOrDefault("Retry-After"), 0, now, 0.5);
        Assert.Equal(one.Expected.GetProperty("wait_s").GetDouble(), wait.TotalSeconds, tolerance: 1);
    });

    /// <summary>The data limit attempts to three; the product always makes five, so exhaustion is seen there.</summary>
    [Fact(Timeout = 60_000)]
    [Tables("http-retries", "sequence")]
    public Task Sequences_of_answers_end_as_expected() => RunnerCases.RunAsync(7, async one =>
    {
        await using var server = await FakeCoordinator.StartAsync();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var responses = one.Input.GetProperty("responses").EnumerateArray().ToArray();
        foreach (var response in responses)
        {
            server.Break("GET x", response.ValueKind == JsonValueKind.Number
                ? new Fault.Status(response.GetInt32()) { Headers = Headers(one.Input, time.GetUtcNow()) }
                : new Fault.Reset(AfterEffect: false));
        }

        var exhausted = responses[^1].ValueKind == JsonValueKind.Number && RetryRules.IsRetriable(responses[^1].GetInt32());
        server.Break("GET x", new Fault.Status(429), times: exhausted ? 2 : 0);
        using var client = Client(server.Url, "t", time);
        var started = time.GetUtcNow();
        var call = new GitLabCall { Method = HttpMethod.Get, Path = "x" };
        var answer = await time.PumpAsync(client.Connection.SendAsync(call, Token), TimeSpan.FromMilliseconds(20));

        Assert.Equal(one.Expected.GetProperty("attempts").GetInt32() + (exhausted ? 2 : 0), server.Requests.Count);
        Assert.Equal(one.Expected.Member("status")?.GetInt32() ?? GitLabAnswer.NoAnswer, answer.Status);
        if (one.Expected.Text("error_contains") is not null)
        {
            // The reason after the address is the platform's own text.
            Assert.StartsWith($"couldn't execute GET against {server.Url}", answer.StatusText, StringComparison.Ordinal);
        }

        if (one.Expected.Member("wait_s") is { } wait)
        {
            Assert.Equal(wait.GetDouble(), (time.GetUtcNow() - started).TotalSeconds, tolerance: 1.2);
        }
    });

    [Fact]
    [Tables("http-retries", "url-fixing", "api-url")]
    public Task Addresses_are_cleaned() => RunnerCases.Run(10, one =>
    {
        if (one.Table == "url-fixing")
        {
            Assert.Equal(one.Expected.GetString(), GitLabAddress.Root(one.In("url")));
            return;
        }

        Assert.Equal(one.Expects("url"), GitLabAddress.TryApi(one.In("url"), out var api, out var problem));
        Assert.Equal(one.Expected.Text("url"), api?.AbsoluteUri);
        Assert.Contains(one.Expected.Text("error_contains") ?? "", problem, StringComparison.Ordinal);
    });

    [Fact(Timeout = 60_000)]
    [Tables("http-retries", "content-type")]
    public Task Only_json_is_decoded() => RunnerCases.RunAsync(3, async one =>
    {
        await using var server = await FakeCoordinator.StartAsync();
        server.Break("GET x", new Fault.Status(one.Input.GetProperty("status").GetInt32()) { ContentType = one.In("content_type"), Body = one.In("body") });
        using var client = Client(server.Url, "t", new FakeTimeProvider());
        var answer = await client.Connection.SendAsync(new GitLabCall { Method = HttpMethod.Get, Path = "x", JsonStatus = 200 }, Token);
        Assert.Equal(one.Expected.GetProperty("status").GetInt32(), answer.Status);
    });

    [Fact(Timeout = 60_000)]
    [Tables("http-retries", "redirect")]
    public Task Redirects_repeat_method_and_body() => RunnerCases.RunAsync(4, async one =>
    {
        await using var server = await FakeCoordinator.StartAsync();
        server.Break("PATCH x", new Fault.Status(one.Input.GetProperty("status").GetInt32())
        {
            Headers = new Dictionary<string, string> { ["Location"] = "/api/v4/target" },
        });
        server.Break("PATCH target", new Fault.Status(200));
        using var client = Client(server.Url, "t", new FakeTimeProvider());
        var body = one.Input.Text("body")?.Replace(" (streamed)", "", StringComparison.Ordinal);
        var bytes = System.Text.Encoding.UTF8.GetBytes(body ?? "");
        var streamed = one.In("body").EndsWith("(streamed)", StringComparison.Ordinal);
        var answer = await client.Connection.SendAsync(
            new GitLabCall
            {
                Method = HttpMethod.Patch,
                Path = "x",
                Body = body is null ? null
                    : streamed ? () => new StreamedContent((stream, cancel) => stream.WriteAsync(bytes, cancel).AsTask())
                    : GitLabCall.Bytes(bytes, "text/plain"),
            },
            Token);

        Assert.Equal(one.Expected.GetProperty("status").GetInt32(), answer.Status);
        Assert.Equal(one.Expected.Text("body_at_target"), server.Requests[^1].Text);
    });

    [Fact]
    [Tables("tls-files", "lookup")]
    public Task Certificate_files_are_found() => RunnerCases.Run(4, one =>
    {
        var folder = Directory.CreateTempSubdirectory("gantry-certs-").FullName;
        try
        {
            foreach (var name in one.Input.Texts("cert_dir_files"))
            {
                File.WriteAllText(Path.Combine(folder, name.Replace("{host}", "gitlab.example.com", StringComparison.Ordinal)), "x");
            }

            var configured = one.Input.GetProperty("configured");
            var files = TlsFiles.Find(new GitLabEndpoint
            {
                Url = "https://gitlab.example.com:8443/",
                Token = default,
                TlsCaFile = configured.Text("tls-ca-file"),
                TlsCertFile = configured.Text("tls-cert-file"),
                TlsKeyFile = configured.Text("tls-key-file"),
                CertificatesFolder = folder,
            });
            Assert.Equal(one.Expected.GetProperty("ca_chain_present").GetBoolean(), files.CaFile is not null);
            if (one.Expected.Member("client_certificate") is { } pair)
            {
                string Place(string key) => pair.Text(key)!.Replace("{cert_dir}", folder, StringComparison.Ordinal)
                    .Replace("{host}", "gitlab.example.com", StringComparison.Ordinal);
                Assert.Equal((Place("cert"), Place("key")), (files.CertFile, files.KeyFile));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    });

    [Fact]
    [Tables("http-retries", "metric-path", "status-class")]
    public Task Metric_labels_are_cleaned() => RunnerCases.Run(16, one =>
        Assert.Equal(
            one.Expected.GetString(),
            one.Table == "metric-path" ? ApiLabels.Path(one.In("path")) : ApiLabels.StatusClass(one.Input.GetProperty("status").GetInt32())));

    [Fact]
    [Tables("config-rules", "listen-address")]
    public Task Listen_addresses_get_a_port() => RunnerCases.Run(8, one =>
    {
        var valid = ListenAddress.TryComplete(one.In("address"), out var complete);
        Assert.Equal(one.Expected.GetProperty("error").GetBoolean(), !valid);
        Assert.Equal(one.Expected.Text("address"), complete);
    });

    [Fact]
    [Tables("config-rules", "process-state")]
    public Task Process_states_have_names() => RunnerCases.Run(4, one =>
        Assert.Equal(
            one.Expected.Text("text"),
            Enum.Parse<ProcessState>(one.In("state").Replace("-", "", StringComparison.Ordinal), ignoreCase: true).Text()));

    [Fact]
    [Tables("names", "short-token")]
    public Task Tokens_are_shortened() => RunnerCases.Run(10, one =>
        Assert.Equal(one.Expected.GetString(), ShortToken.Of(one.In("text"))));

    internal static GitLabClient Client(string url, string token, FakeTimeProvider time, RecordingLogger<GitLabClient>? log = null) =>
        new(new GitLabEndpoint { Url = url, Token = new Secret(token) }, Product, time, log ?? new RecordingLogger<GitLabClient>());

    private static Dictionary<string, string> Headers(JsonElement input, DateTimeOffset now) => input.Map("headers").ToDictionary(
        pair => pair.Key,
        pair => pair.Value
            .Replace("{now+2m}", now.AddMinutes(2).ToString("r", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{now+2s}", now.AddSeconds(2).ToString("r", CultureInfo.InvariantCulture), StringComparison.Ordinal));
}
