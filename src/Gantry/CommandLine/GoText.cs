using System.Globalization;
using Gantry.Engine.Plans;

namespace Gantry.CommandLine;

/// <summary>Values in the spelling that Go's flag package accepts.</summary>
internal static class GoText
{
    public static (bool Value, string? Problem) Boolean(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => (true, null),
        "0" or "f" or "F" or "false" or "FALSE" or "False" => (false, null),
        _ => (false, $"'{text}' is not a boolean; use true or false"),
    };

    public static (bool? Value, string? Problem) OptionalBoolean(string text)
    {
        var (value, problem) = Boolean(text);
        return (value, problem);
    }

    public static (long Value, string? Problem) Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? (value, null)
            : (0, $"'{text}' is not a whole number");

    /// <summary><c>1h30m</c>, <c>90s</c>, <c>1.5h</c>, <c>500ms</c>; a bare number only when it is 0.</summary>
    public static (TimeSpan Value, string? Problem) Duration(string text) =>
        GoDuration.TryParse(text, out var value) ? (value, null) : (default, $"'{text}' is not a duration; use forms such as 90s, 30m or 1h30m");
}
