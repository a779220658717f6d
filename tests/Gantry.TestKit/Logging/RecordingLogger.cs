using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Gantry.TestKit.Logging;

/// <summary>One line of the process log.</summary>
/// <param name="Level">Of the line.</param>
/// <param name="Message">Its text.</param>
/// <param name="Fields">Of the scopes around it.</param>
/// <param name="Exception">Null when none was given.</param>
public sealed record LogEntry(LogLevel Level, string Message, IReadOnlyDictionary<string, object?> Fields, Exception? Exception);

/// <summary>Keeps what is logged. Thread-safe.</summary>
public sealed class RecordingLogger<T> : ILogger<T>, ILoggerFactory
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly LoggerExternalScopeProvider _scopes = new();

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    public IEnumerable<string> Messages => Entries.Select(e => e.Message);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _scopes.Push(state);

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        _scopes.ForEachScope(
            (scope, into) =>
            {
                foreach (var (key, value) in scope as IEnumerable<KeyValuePair<string, object?>> ?? [])
                {
                    into[key] = value;
                }
            },
            fields);
        _entries.Enqueue(new LogEntry(logLevel, formatter(state, exception), fields, exception));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
