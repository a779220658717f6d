using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Engine.Running;
using Gantry.Runner.Links;
using Gantry.Runner.Supervising;

namespace Gantry.Runner.Traces;

/// <summary>
/// OpenTelemetry traces of jobs: one span per job and one below it per stage, sent when the job has ended, as OTLP/HTTP
/// in JSON. Attribute names follow the semantic conventions for CI/CD where they have one. Thread-safe.
/// </summary>
public sealed class SpanExport(Outbox outbox, string serviceName, ProductVersion version, TimeProvider time)
{
    private const int Internal = 1;
    private const int StatusOk = 1;
    private const int StatusError = 2;

    /// <summary>The address of the standard environment variables; null: no endpoint is configured.</summary>
    /// <param name="environment">Looks up <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c>, else <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</param>
    public static Uri? Address(Func<string, string?> environment)
    {
        if (environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") is { Length: > 0 } exact)
        {
            return Uri.TryCreate(exact, UriKind.Absolute, out var whole) ? whole : null;
        }

        return environment("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } root && Uri.TryCreate(root.TrimEnd('/') + "/v1/traces", UriKind.Absolute, out var address)
            ? address
            : null;
    }

    /// <summary><c>OTEL_EXPORTER_OTLP_HEADERS</c>: <c>name=value,name=value</c>, percent-encoded.</summary>
    public static IReadOnlyDictionary<string, string> Headers(Func<string, string?> environment)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in (environment("OTEL_EXPORTER_OTLP_HEADERS") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=', 2) is [var name, var value])
            {
                headers[name.Trim()] = Uri.UnescapeDataString(value.Trim());
            }
        }

        return headers;
    }

    /// <summary>A job has ended.</summary>
    internal void Add(RunningJob job, JobVerdict verdict)
    {
        var ended = time.GetUtcNow();
        outbox.Add(Encode(job, verdict, ended - time.GetElapsedTime(job.Started), ended));
    }

    internal byte[] Encode(RunningJob job, JobVerdict verdict, DateTimeOffset began, DateTimeOffset ended)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceSpans");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            Attributes(json, [("service.name", serviceName), ("service.version", version.Version), ("service.instance.id", job.Job.Runner.Settings.SystemId)]);
            json.WriteEndObject();
            json.WriteStartArray("scopeSpans");
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", "gantry");
            json.WriteEndObject();
            json.WriteStartArray("spans");
            Spans(json, job, verdict, began, ended);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Spans(Utf8JsonWriter json, RunningJob job, JobVerdict verdict, DateTimeOffset began, DateTimeOffset ended)
    {
        var (payload, entry) = (job.Job.Payload, job.Job.Runner.Settings);
        var trace = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var root = RandomNumberGenerator.GetHexString(16, lowercase: true);
        var failed = verdict as JobVerdict.Failed;
        Begin(json, trace, root, null, $"job {payload.JobInfo.Name}", (began, ended));
        Attributes(json,
        [
            ("cicd.pipeline.name", payload.JobInfo.ProjectFullPath),
            ("cicd.pipeline.run.id", payload.JobInfo.PipelineId.ToString(CultureInfo.InvariantCulture)),
            ("cicd.pipeline.task.name", payload.JobInfo.Name),
            ("cicd.pipeline.task.run.id", payload.Id.ToString(CultureInfo.InvariantCulture)),
            ("cicd.pipeline.task.run.url.full", JobAddress.Of(job)),
            ("cicd.pipeline.task.run.result", verdict switch { JobVerdict.Succeeded => "success", JobVerdict.Failed => "failure", _ => "cancellation" }),
            ("cicd.worker.name", entry.Name),
            ("gitlab.runner", entry.ShortToken),
            ("gitlab.executor", entry.Executor),
            ("gitlab.failure_reason", failed?.Reason.Wire ?? ""),
        ]);
        json.WriteStartObject("status");
        json.WriteNumber("code", failed is null ? StatusOk : StatusError);
        if (failed is not null)
        {
            json.WriteString("message", failed.Reason.Wire);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        foreach (var stage in job.Progress.Stages)
        {
            Begin(json, trace, RandomNumberGenerator.GetHexString(16, lowercase: true), root, stage.Name, (stage.Began, stage.Ended ?? ended));
            json.WriteEndObject();
        }
    }

    private static void Begin(
        Utf8JsonWriter json, string trace, string span, string? parent, string name, (DateTimeOffset Began, DateTimeOffset Ended) when)
    {
        json.WriteStartObject();
        json.WriteString("traceId", trace);
        json.WriteString("spanId", span);
        if (parent is not null)
        {
            json.WriteString("parentSpanId", parent);
        }

        json.WriteString("name", name);
        json.WriteNumber("kind", Internal);
        json.WriteString("startTimeUnixNano", Nanoseconds(when.Began));
        json.WriteString("endTimeUnixNano", Nanoseconds(when.Ended));
    }

    private static void Attributes(Utf8JsonWriter json, IEnumerable<(string Key, string Value)> pairs)
    {
        json.WriteStartArray("attributes");
        foreach (var (key, value) in pairs)
        {
            if (value.Length > 0)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteStartObject("value");
                json.WriteString("stringValue", value);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static string Nanoseconds(DateTimeOffset time) =>
        ((time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture);
}
