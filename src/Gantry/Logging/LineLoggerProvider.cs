using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Gantry.Logging;

/// <summary>
/// The process log on standard error in the official formats. Fields are the named values of a message's template and
/// those of the scopes around it, in the order the format wants. Level and format may change while running (configuration
/// reload). Thread-safe: one line is one write.
/// </summary>
internal sealed class LineLoggerProvider(TextWriter writer, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private readonly Lock _gate = new();
    private volatile LogFormat _format = LogFormat.Runner;
    private volatile LogLevel _level = LogLevel.Information;
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

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

    /// <summary>Gets every line too: the system's log, an error tracker. Must return at once.</summary>
    public Action<LogLevel, string, IReadOnlyList<KeyValuePair<string, string>>>? Also { get; set; }

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var line = _format switch
        {
            LogFormat.Json => LogLine.Json(time.GetUtcNow(), level, message, fields),
            LogFormat.Text => LogLine.Text(time.GetUtcNow(), level, message, fields),
            _ => LogLine.Runner(level, message, fields, colors: true),
        };
        lock (_gate)
        {
            writer.Write(line);
        }

        Also?.Invoke(level, message, fields);
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        // The web server's own messages matter when something is wrong, not for every request.
        private readonly bool _foreign = !category.StartsWith("Gantry", StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => provider._scopes.Push(state);

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

            provider._scopes.ForEachScope(AddFields, fields);
            if (exception is not null)
            {
                fields.Add(new("error", $"{exception.GetType().Name}: {exception.Message}"));
            }

            // A value that stands inside the sentence is not repeated as a field.
            fields.RemoveAll(field => template.Contains("{" + field.Key + "}", StringComparison.Ordinal));
            provider.Write(logLevel, formatter(state, exception), fields);
        }

        // Scopes of other libraries (requests, connections) are not fields of ours. An inner scope's value replaces an outer one's.
        private static void AddFields(object? scope, List<KeyValuePair<string, string>> fields)
        {
            foreach (var (key, value) in scope as KeyValuePair<string, object?>[] ?? [])
            {
                fields.RemoveAll(field => field.Key == key);
                fields.Add(new(key, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
            }
        }
    }
}
