using System.Text.Json;
using Gantry.Engine.Running;
using Gantry.Protocol;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Gantry.Runner.Supervising;
using Gantry.Runner.Traces;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Engine;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Traces;

public sealed class SpanExportTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_job_is_a_span_with_one_span_per_stage_below_it()
    {
        using var lifetime = new JobLifetime(_time);
        var progress = new JobProgress(_time);
        var job = Job(lifetime, progress);
        progress.Entered("get_sources");
        _time.Advance(TimeSpan.FromSeconds(2));
        progress.Entered("step_script");
        _time.Advance(TimeSpan.FromSeconds(3));
        progress.Left();

        var spans = await SpansAsync(job, new JobVerdict.Failed(FailureReason.ScriptFailure, "exit status 1", 1));

        Assert.Equal(3, spans.Length);
        var root = spans[0];
        Assert.Equal((1, 2), (root.GetProperty("kind").GetInt32(), root.GetProperty("status").GetProperty("code").GetInt32()));
        Assert.Equal("script_failure", root.GetProperty("status").GetProperty("message").GetString());
        Assert.Equal(32, root.GetProperty("traceId").GetString()!.Length);
        Assert.Equal("group/shop", Attribute(root, "cicd.pipeline.name"));
        Assert.Equal("failure", Attribute(root, "cicd.pipeline.task.run.result"));
        Assert.Equal(["get_sources", "step_script"], spans[1..].Select(span => span.GetProperty("name").GetString()));
        Assert.All(spans[1..], span => Assert.Equal(root.GetProperty("spanId").GetString(), span.GetProperty("parentSpanId").GetString()));
        Assert.Equal(3_000_000_000, Nanoseconds(spans[2], "endTimeUnixNano") - Nanoseconds(spans[2], "startTimeUnixNano"));
        Assert.DoesNotContain("glrt-fake-runner-token", string.Join(' ', spans.Select(span => span.GetRawText())), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://collector:4318", null, "http://collector:4318/v1/traces")]
    [InlineData("http://collector:4318/", null, "http://collector:4318/v1/traces")]
    [InlineData("http://collector:4318", "https://other/x", "https://other/x")]
    [InlineData(null, null, null)]
    public void The_standard_variables_say_where_traces_go(string? root, string? exact, string? expected) => Assert.Equal(
        expected,
        SpanExport.Address(name => name switch
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT" => root,
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" => exact,
            _ => null,
        })?.ToString());

    [Fact]
    public void Headers_are_percent_encoded_pairs() => Assert.Equal(
        new Dictionary<string, string> { ["authorization"] = "Basic a b", ["x"] = "1" },
        SpanExport.Headers(name => name == "OTEL_EXPORTER_OTLP_HEADERS" ? "authorization=Basic%20a%20b, x=1" : null));

    private async Task<JsonElement[]> SpansAsync(RunningJob job, JobVerdict verdict)
    {
        await using var outbox = new Outbox(new Uri("http://127.0.0.1:1"), "application/json", new Dictionary<string, string>(), _ => { });
        var text = new SpanExport(outbox, "runner", Some.Version, _time).Encode(job, verdict, _time.GetUtcNow() - TimeSpan.FromSeconds(5), _time.GetUtcNow());
        using var document = JsonDocument.Parse(text);
        var spans = document.RootElement.GetProperty("resourceSpans")[0].GetProperty("scopeSpans")[0].GetProperty("spans");
        return [.. spans.EnumerateArray().Select(span => span.Clone())];
    }

    private RunningJob Job(JobLifetime lifetime, JobProgress progress)
    {
        var entry = RunnerFlags.NewEntry();
        foreach (var (key, value) in ((string, string)[])[("name", "one"), ("url", "https://gitlab.example.com"), ("token", "glrt-fake-runner-token"), ("executor", "scripted")])
        {
            entry.Set(key, value);
        }

        var received = new ReceivedJob
        {
            Payload = SamplePayloads.Job(1),
            Runner = SettingsReader.OfEntry(entry, "s_123456789012", Some.Context()).Runners[0],
            Executor = new ScriptedExecutor(_time),
            Link = new ScriptedJobLink(),
            CorrelationId = "x",
        };
        return new RunningJob(received, lifetime, progress, _time.GetTimestamp());
    }

    private static string? Attribute(JsonElement span, string key) => span.GetProperty("attributes").EnumerateArray()
        .First(pair => pair.GetProperty("key").GetString() == key).GetProperty("value").GetProperty("stringValue").GetString();

    private static long Nanoseconds(JsonElement span, string name) =>
        long.Parse(span.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture);
}
