using System.Globalization;

namespace Gantry.Engine.Plans;

/// <summary>
/// Typed reading of settings that jobs give in variables. The content of file variables is read, an empty value is an
/// absent one, a bad value leaves the default and adds a warning in GitLab's words (official-job-protocol §5.4).
/// </summary>
internal sealed class SettingReader(JobVariables variables, List<string> warnings)
{
    public string Text(string name) => variables.Content(name) ?? "";

    /// <summary>One of <paramref name="allowed"/>; null when absent or unknown.</summary>
    public string? OneOf(string name, IReadOnlyList<string> allowed, string? standard)
    {
        var text = Text(name);
        if (text.Length == 0 || allowed.Contains(text, StringComparer.Ordinal))
        {
            return text.Length == 0 ? null : text;
        }

        var choices = $"'{string.Join("', '", allowed.SkipLast(1))}' or '{allowed[^1]}'";
        warnings.Add($"{name}: expected either {choices} got \"{text}\"" + (standard is null ? "" : $", using default value '{standard}'"));
        return null;
    }

    public bool Boolean(string name, bool standard)
    {
        var text = Text(name);
        if (text.Length == 0)
        {
            return standard;
        }

        if (GoBoolean.TryParse(text, out var value))
        {
            return value;
        }

        Bad(name, "bool", text, standard ? "true" : "false");
        return standard;
    }

    public int Number(string name, int standard)
    {
        var text = Text(name);
        if (text.Length == 0)
        {
            return standard;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        Bad(name, "int", text, standard.ToString(CultureInfo.InvariantCulture));
        return standard;
    }

    /// <summary>A number of attempts: 1 to 10, moved to the nearer end when outside.</summary>
    public int Attempts(string name)
    {
        var value = Number(name, 1);
        var kept = Math.Clamp(value, 1, 10);
        if (kept != value)
        {
            warnings.Add($"{name}: number of attempts out of the range [1, 10], clamping to: {kept}");
        }

        return kept;
    }

    /// <summary>Words separated by white space; <c>none</c> is an empty list.</summary>
    public IReadOnlyList<string> Words(string name, params IReadOnlyList<string> standard)
    {
        var words = Text(name).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 ? standard : words is ["none"] ? [] : words;
    }

    private void Bad(string name, string type, string text, string standard) =>
        warnings.Add($"{name}: expected {type} got \"{text}\", using default value: {standard}");
}
