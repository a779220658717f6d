using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>The built-in cache store, with addresses signed as a runner's S3 client signs them.</summary>
public sealed class CacheStoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(_folder, settings => settings with { CacheLimit = 1024 });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    // The worked example of the signature's specification: our own signer is checked against it, and the server against ours.
    [Fact]
    public void The_signer_of_these_tests_gives_the_specification_s_example()
    {
        var address = Sign(
            "GET", "https://examplebucket.s3.amazonaws.com", "/test.txt", ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            new DateTimeOffset(2013, 5, 24, 0, 0, 0, TimeSpan.Zero), 86400);
        Assert.EndsWith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", address, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_cache_goes_out_as_it_came_in_and_only_to_those_who_hold_a_good_address()
    {
        var project = await _server.CreateProjectAsync();
        var keys = await KeysAsync((await _server.PostAsync("user/runners", """{"runner_type":"instance_type"}""")).GetProperty("id").GetInt64());
        var path = $"/gantry-cache/runner/abc/project/{project}/key%20with%20%C3%BC/cache.zip";

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("GET", path, keys)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", path, keys, "first")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", path, keys, "second")).Status);
        Assert.Equal((HttpStatusCode.OK, "second"), await SendAsync("GET", path, keys));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("HEAD", path, keys)).Status);
        Assert.Single(Directory.GetFiles(_folder.At("data", "caches")));

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", path, (keys.Access, "wrong"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", path, keys, age: TimeSpan.FromHours(2))).Status);
        // An address to read is none to write.
        var read = Sign("GET", _server.Host.Url, path, keys, TimeProvider.System.GetUtcNow(), 600);
        using var written = await _server.Anonymous.PutAsync(read, new StringContent("third"), Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, written.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("PUT", path, keys, new string('x', 2000))).Status);
        Assert.Equal((HttpStatusCode.OK, "second"), await SendAsync("GET", path, keys));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_runner_reaches_the_caches_of_its_own_projects_only_and_a_new_token_ends_its_keys()
    {
        var mine = await _server.CreateProjectAsync("demo/mine");
        var other = await _server.CreateProjectAsync("demo/other");
        var runner = (await _server.PostAsync("user/runners", $$"""{"runner_type":"project_type","project_id":{{mine}} }""")).GetProperty("id").GetInt64();
        var keys = await KeysAsync(runner);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("PUT", $"/gantry-cache/project/{mine}/k/cache.zip", keys, "x")).Status);
        foreach (var path in new[] { $"project/{other}/k/cache.zip", $"project/{mine}/../{other}/k", "project/0/k", "k/cache.zip", $"project/{mine}" })
        {
            Assert.NotEqual(HttpStatusCode.OK, (await SendAsync("PUT", "/gantry-cache/" + path.Replace("..", "%2e%2e", StringComparison.Ordinal), keys, "x")).Status);
        }

        await _server.PostAsync($"runners/{runner}/reset_authentication_token", "{}");
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", $"/gantry-cache/project/{mine}/k/cache.zip", keys)).Status);
    }

    private async Task<(string Access, string Secret)> KeysAsync(long runner)
    {
        var keys = await _server.GetAsync($"runners/{runner}/cache");
        Assert.Contains("BucketName = \"gantry-cache\"", keys.GetProperty("config_toml").GetString(), StringComparison.Ordinal);
        return (keys.GetProperty("access_key").GetString()!, keys.GetProperty("secret_key").GetString()!);
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(
        string method, string path, (string Access, string Secret) keys, string? body = null, TimeSpan age = default)
    {
        var address = Sign(method, _server.Host.Url, path, keys, TimeProvider.System.GetUtcNow() - age, 600);
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (body is not null)
        {
            request.Content = new StringContent(body);
        }

        using var answer = await _server.Anonymous.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static string Sign(string method, string server, string path, (string Access, string Secret) keys, DateTimeOffset time, int seconds)
    {
        var day = time.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{day}/us-east-1/s3/aws4_request";
        var query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + Uri.EscapeDataString($"{keys.Access}/{scope}")
            + $"&X-Amz-Date={stamp}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host";
        var canonical = $"{method}\n{path}\n{query}\nhost:{new Uri(server).Authority}\n\nhost\nUNSIGNED-PAYLOAD";
        var text = $"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + keys.Secret), (made, part) => HMACSHA256.HashData(made, Encoding.UTF8.GetBytes(part)));
        return $"{server}{path}?{query}&X-Amz-Signature={Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)))}";
    }
}
