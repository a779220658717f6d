using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Caches;

/// <summary>The published binary and an S3-compatible server.</summary>
public sealed class S3CacheTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact(Timeout = 240_000)]
    public async Task A_cache_goes_to_the_store_and_comes_back_when_the_machine_has_lost_it()
    {
        await using var s3 = await S3Server.StartAsync(_scratch);
        await using var server = await GantryServer.StartAsync(_scratch);
        await using var runner = await GantryRunner.StartAsync(_scratch, server, flags:
        [
            "--cache-type", "s3", "--cache-shared", "--cache-path", "team", "--cache-s3-server-address", s3.Authority, "--cache-s3-insecure",
            "--cache-s3-access-key", S3Server.Account, "--cache-s3-secret-key", S3Server.Account, "--cache-s3-bucket-name", S3Server.Bucket,
        ]);
        var project = await server.CreateProjectAsync("cached");
        const string pipeline = """
            work:
              variables: {CACHE_COMPRESSION_FORMAT: zipzstd}
              cache:
                key: "libs-$CI_COMMIT_REF_SLUG"
                paths: [vendor/]
              script:
                - test -e vendor/lib && echo "found $(cat vendor/lib)" || { mkdir vendor; echo from-the-first-run > vendor/lib; }
            """;

        var first = await LogAsync(server, project, (".gitlab-ci.yml", pipeline));
        Assert.Contains("file does not exist", first, StringComparison.Ordinal);
        Assert.Matches("Cache libs-main-[^ ]*: miss", first);
        Assert.Contains($"Uploading cache.zip to http://{s3.Authority}/caches/team/project/", first, StringComparison.Ordinal);
        Assert.Matches("Cache libs-main-[^ ]*: stored, .* s, uploaded", first);

        // The checkout and the machine's own copy are gone, as on another machine.
        Directory.Delete(runner.Builds, recursive: true);
        Directory.Delete(Path.Combine(runner.Folder, "cache"), recursive: true);
        var second = await LogAsync(server, project, ("more", "x"));
        Assert.Contains("found from-the-first-run", second, StringComparison.Ordinal);
        Assert.Matches("Cache libs-main-[^ ]*: hit, .* s, downloaded", second);
        Assert.Contains("Primary cache already exists remotely, skipping upload", second, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Amz-Signature=", first + second, StringComparison.Ordinal);
    }

    private static async Task<string> LogAsync(GantryServer server, long project, params (string Path, string Content)[] files)
    {
        var sha = await server.PushAsync(project, files);
        var pipeline = await server.PipelineAsync(project, sha);
        var log = await server.TraceAsync(project, Assert.Single(await server.JobsAsync(project, pipeline)));
        Assert.True(pipeline.GetProperty("status").GetString() == "success", log);
        return log;
    }
}
