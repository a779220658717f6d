using Microsoft.Extensions.Logging;

namespace Gantry.Logging;

/// <summary>The spellings of levels and formats in flags and <c>config.toml</c>.</summary>
internal static class LogNames
{
    public static LogFormat? Format(string name) => name switch
    {
        "runner" => LogFormat.Runner,
        "text" => LogFormat.Text,
        "json" => LogFormat.Json,
        _ => null,
    };

    public static LogLevel? Level(string name) => name.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Information,
        "warn" or "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "fatal" or "panic" => LogLevel.Critical,
        _ => null,
    };
}
