using Microsoft.Extensions.Logging;

namespace Gantry.Runner;

/// <summary>
/// The fields of a log line (<c>job=10 runner=abc</c>). A line's text comes from its template; its fields come from the
/// scopes around it, so that a formatter can print both in the official form (official-cli-config §3.8).
/// </summary>
public static class LogFields
{
    /// <summary>Lines written until the result is disposed carry these fields. Names as the official runner's, dashes included.</summary>
    public static IDisposable? With(ILogger logger, params ReadOnlySpan<(string Name, object? Value)> fields)
    {
        var state = new KeyValuePair<string, object?>[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            state[i] = new KeyValuePair<string, object?>(fields[i].Name, fields[i].Value);
        }

        return logger.BeginScope(state);
    }
}
