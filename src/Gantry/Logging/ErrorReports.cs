using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Runner.Links;
using Microsoft.Extensions.Logging;

namespace Gantry.Logging;

/// <summary>Log lines of level error and above to Sentry (<c>sentry_dsn</c>), as envelopes of its protocol. Replaced on reload.</summary>
internal sealed class ErrorReports : IAsyncDisposable
{
    private readonly Outbox _outbox;
    private readonly ProductVersion _version;
    private readonly string _hostName;
    private readonly TimeProvider _time;

    private ErrorReports(Outbox outbox, ProductVersion version, string hostName, TimeProvider time) =>
        (_outbox, _version, _hostName, _time) = (outbox, version, hostName, time);

    /// <summary>Null when the text is no DSN: <c>SCHEME://KEY@HOST/PROJECT</c>.</summary>
    public static ErrorReports? Open(Secret dsn, ProductVersion version, string hostName, TimeProvider time, Action<string> failed)
    {
        if (!Uri.TryCreate(dsn.Reveal(), UriKind.Absolute, out var address) || address.UserInfo.Length == 0 || address.AbsolutePath.Length < 2)
        {
            return null;
        }

        var cut = address.AbsolutePath.LastIndexOf('/');
        var target = new Uri($"{address.Scheme}://{address.Authority}{address.AbsolutePath[..cut]}/api/{address.AbsolutePath[(cut + 1)..]}/envelope/");
        var headers = new Dictionary<string, string>
        {
            ["X-Sentry-Auth"] = $"Sentry sentry_version=7, sentry_client=gantry/{version.Version}, sentry_key={address.UserInfo.Split(':')[0]}",
        };
        return new ErrorReports(new Outbox(target, "application/x-sentry-envelope", headers, failed), version, hostName, time);
    }

    public void Write(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        if (level >= LogLevel.Error)
        {
            _outbox.Add(Envelope(level, message, fields));
        }
    }

    public ValueTask DisposeAsync() => _outbox.DisposeAsync();

    private byte[] Envelope(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var id = Guid.NewGuid().ToString("N");
        using var buffer = new MemoryStream();
        Line(buffer, json =>
        {
            json.WriteString("event_id", id);
            json.WriteString("sent_at", _time.GetUtcNow());
        });
        Line(buffer, json => json.WriteString("type", "event"));
        Line(buffer, json =>
        {
            json.WriteString("event_id", id);
            json.WriteString("timestamp", _time.GetUtcNow());
            json.WriteString("platform", "other");
            json.WriteString("level", level == LogLevel.Critical ? "fatal" : "error");
            json.WriteString("logger", "gantry");
            json.WriteString("server_name", _hostName);
            json.WriteString("release", _version.Version);
            json.WriteStartObject("logentry");
            json.WriteString("formatted", message.TrimEnd());
            json.WriteEndObject();
            json.WriteStartObject("extra");
            foreach (var (key, value) in fields)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        });
        return buffer.ToArray();
    }

    private static void Line(MemoryStream buffer, Action<Utf8JsonWriter> fill)
    {
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fill(json);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
    }
}
