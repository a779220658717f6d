using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Gantry.Logging;

/// <summary>
/// The process log on standard error in the official formats. Fields are the named values of a message's template in
/// the order the format wants. Level and format may change while running (configuration reload). Thread-safe: one line
/// is one write.
/// </summary>
internal sealed class LineLoggerProvider(TextWriter writer, TimeProvider time) : ILoggerProvider
{
    // What logrus leaves without quotes.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/@^+");

    private readonly Lock _gate = new();
    private volatile LogFormat _format = LogFormat.Runner;
    private volatile LogLevel _level = LogLevel.Information;

    public LogFormat Format
    {
        get => _format;
        set => _format = value;
    }

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var line = _format switch
        {
            LogFormat.Json => Json(level, message, fields),
            LogFormat.Text => Text(level, message, fields),
            _ => Runner(level, message, fields),
        };
        lock (_gate)
        {
            writer.Write(line);
        }
    }

    private static string Runner(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var (color, prefix) = level switch
        {
            LogLevel.Trace or LogLevel.Debug => ("\e[37;1m", ""),
            LogLevel.Warning => ("\e[0;33m", "WARNING: "),
            LogLevel.Error => ("\e[31;1m", "ERROR: "),
            LogLevel.Critical => ("\e[31;1m", "FATAL: "),
            _ => ("", ""),
        };
        var line = new StringBuilder().Append(color).Append(prefix).Append(message.PadRight(50 - prefix.Length)).Append("\e[0;m");
        foreach (var (key, value) in fields)
        {
            line.Append(' ').Append(color).Append(key).Append("\e[0;m=").Append(value);
        }

        return line.Append('\n').ToString();
    }

    private string Text(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var line = new StringBuilder().Append("time=").Append(Quoted(Now())).Append(" level=").Append(Name(level)).Append(" msg=").Append(Quoted(message));
        foreach (var (key, value) in fields)
        {
            line.Append(' ').Append(key).Append('=').Append(Quoted(value));
        }

        return line.Append('\n').ToString();
    }

    private string Json(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (key, value) in fields
                .Append(new("level", Name(level))).Append(new("msg", message)).Append(new("time", Now()))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private string Now() => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => "info",
    };

    private static string Quoted(string value) =>
        value.Length > 0 && value.AsSpan().IndexOfAnyExcept(Plain) < 0
            ? value
            : "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        // The web server's own messages matter when something is wrong, not for every request.
        private readonly bool _foreign = !category.StartsWith("Gantry", StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) =>
            logLevel != LogLevel.None && logLevel >= provider.Level && (!_foreign || logLevel >= LogLevel.Warning);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var fields = new List<KeyValuePair<string, string>>();
            var template = "";
            if (state is IReadOnlyList<KeyValuePair<string, object?>> pairs)
            {
                foreach (var (key, value) in pairs)
                {
                    if (key == "{OriginalFormat}")
                    {
                        template = value as string ?? "";
                    }
                    else
                    {
                        fields.Add(new(key, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                    }
                }
            }

            if (exception is not null)
            {
                fields.Add(new("error", $"{exception.GetType().Name}: {exception.Message}"));
            }

            // A value that stands inside the sentence is not repeated as a field.
            fields.RemoveAll(field => template.Contains("{" + field.Key + "}", StringComparison.Ordinal));
            fields.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
            provider.Write(logLevel, formatter(state, exception), fields);
        }
    }
}
