using System.Text.Json;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;
using Gantry.Protocol.Runners;

namespace Gantry.Protocol.Tests.Json;

public sealed class ProtocolJsonTests
{
    [Fact]
    public void Null_reads_as_the_zero_value_and_unknown_keys_are_ignored()
    {
        var job = Read("""{"id":null,"token":null,"steps":null,"image":null,"variables":null,"job_info":null,"features":null,"new_in_20_0":{"a":[1]}}""");

        Assert.Equal((0, ""), (job.Id, job.Token));
        Assert.Empty(job.Steps);
        Assert.Empty(job.Variables);
        Assert.Null(job.Image);
        Assert.Equal("", job.JobInfo.Name);
        Assert.False(job.Features.TraceSections);
    }

    [Fact]
    public void Keys_match_without_case() => Assert.Equal(5, Read("""{"ID":5}""").Id);

    [Theory]
    [InlineData("""{"id":"5"}""")]
    [InlineData("""{"id":1.5}""")]
    [InlineData("""{"token":5}""")]
    [InlineData("""{"allow_git_fetch":"true"}""")]
    [InlineData("""{"steps":{}}""")]
    public void A_wrong_type_makes_the_document_undecodable(string json) => Assert.Throws<JsonException>(() => Read(json));

    [Fact]
    public void Every_feature_is_always_written_in_the_official_order()
    {
        var json = JsonSerializer.Serialize(new VerifyRunnerRequest { Token = "t" }, ProtocolJson.Default.VerifyRunnerRequest);
        using var document = JsonDocument.Parse(json);

        var names = document.RootElement.GetProperty("info").GetProperty("features").EnumerateObject().Select(p => p.Name).ToArray();
        Assert.Equal(
            ["variables", "image", "services", "artifacts", "cache", "fallback_cache_keys", "shared", "upload_multiple_artifacts",
             "upload_raw_artifacts", "session", "terminal", "refspecs", "masking", "proxy", "raw_variables", "artifacts_exclude",
             "multi_build_steps", "trace_reset", "trace_checksum", "trace_size", "vault_secrets", "cancelable", "return_exit_code",
             "service_variables", "service_multiple_aliases", "image_executor_opts", "service_executor_opts", "cancel_gracefully",
             "native_steps_integration", "two_phase_job_commit", "job_inputs"],
            names);
        Assert.Equal("", document.RootElement.GetProperty("info").GetProperty("config").GetProperty("gpus").GetString());
    }

    [Fact]
    public void What_is_empty_in_a_job_request_is_left_out()
    {
        var json = JsonSerializer.Serialize(new JobRequest { Token = "t" }, ProtocolJson.Default.JobRequest);
        using var document = JsonDocument.Parse(json);

        Assert.Equal(["info", "token"], document.RootElement.EnumerateObject().Select(p => p.Name));
    }

    private static JobPayload Read(string json) => JsonSerializer.Deserialize(json, ProtocolJson.Default.JobPayload)!;
}
