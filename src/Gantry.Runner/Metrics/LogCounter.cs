using Microsoft.Extensions.Logging;

namespace Gantry.Runner.Metrics;

/// <summary>Counts log lines by level for <c>gitlab_runner_errors_total</c>. Thread-safe.</summary>
internal sealed class LogCounter(MetricFamily errors) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            errors.Add(1, logLevel switch { LogLevel.Warning => "warning", LogLevel.Error => "error", _ => "fatal" });
        }
    }

    public void Dispose()
    {
    }
}
