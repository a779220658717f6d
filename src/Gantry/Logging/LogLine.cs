using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Gantry.Logging;

/// <summary>One line of the process log in each of the official formats (official-cli-config §3.8). Pure.</summary>
internal static class LogLine
{
    // What logrus leaves without quotes.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/@^+");

    public static string Runner(
        LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields, bool colors)
    {
        var (color, prefix) = level switch
        {
            LogLevel.Trace or LogLevel.Debug => ("\e[37;1m", ""),
            LogLevel.Warning => ("\e[0;33m", "WARNING: "),
            LogLevel.Error => ("\e[31;1m", "ERROR: "),
            LogLevel.Critical => ("\e[31;1m", "FATAL: "),
            _ => ("", ""),
        };
        var reset = colors ? "\e[0;m" : "";
        color = colors ? color : "";
        var line = new StringBuilder().Append(color).Append(prefix).Append(message.PadRight(50 - prefix.Length)).Append(reset);
        foreach (var (key, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            line.Append(' ').Append(color).Append(key).Append(reset).Append('=').Append(value);
        }

        return line.Append('\n').ToString();
    }

    public static string Text(
        DateTimeOffset now, LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        var line = new StringBuilder().Append("time=").Append(Quoted(Stamp(now))).Append(" level=").Append(Name(level)).Append(" msg=").Append(Quoted(message));
        foreach (var (key, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            line.Append(' ').Append(key).Append('=').Append(Quoted(value));
        }

        return line.Append('\n').ToString();
    }

    public static string Json(
        DateTimeOffset now, LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (key, value) in fields
                .Append(new("level", Name(level))).Append(new("msg", message)).Append(new("time", Stamp(now)))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static string Stamp(DateTimeOffset now) => now.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

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
}
