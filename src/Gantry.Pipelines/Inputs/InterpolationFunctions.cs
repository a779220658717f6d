using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Variables;

namespace Gantry.Pipelines.Inputs;

/// <summary>The functions of interpolation blocks.</summary>
internal static partial class InterpolationFunctions
{
    public static (InputValue? Value, string? Error) Apply(string call, InputValue value, InterpolationContext context)
    {
        var name = Name().Match(call).Value;
        var truncate = Truncate().Match(call);
        var split = Split().Match(call);
        if (!truncate.Success && !split.Success && call is not ("expand_vars" or "posix_escape" or "posix_quote"))
        {
            return (null, $"no function matching `{call}`: check that the function name, arguments, and types are correct");
        }

        if (value is not InputValue.Text { Value: var text })
        {
            return (null, $"invalid input type: {name} can only be used with string inputs");
        }

        if (split.Success)
        {
            var separator = split.Groups[1].Value;
            var parts = text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return separator.Length == 0
                ? (null, "invalid argument: separator cannot be empty")
                : (new InputValue.List([.. parts.Select(part => new InputValue.Text(part))]), null);
        }

        return name switch
        {
            "truncate" => (new InputValue.Text(Cut(text, Number(truncate, 1), Number(truncate, 2))), null),
            "expand_vars" => ExpandVariables(text, context.Variables),
            _ => (new InputValue.Text(Escape(text)), null),
        };
    }

    // By characters as people count them: a surrogate pair is one.
    private static string Cut(string text, int offset, int length)
    {
        var runes = text.EnumerateRunes().Skip(offset).Take(length);
        return string.Concat(runes.Select(rune => rune.ToString()));
    }

    private static int Number(Match match, int group) =>
        int.TryParse(match.Groups[group].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    private static (InputValue?, string?) ExpandVariables(string text, VariableScope? scope)
    {
        var masked = Expansion.References(text).FirstOrDefault(name => scope?.Find(name) is { IsMasked: true });
        return masked is not null
            ? (null, $"variable expansion error: masked variables cannot be expanded: {masked}")
            : (new InputValue.Text(Expansion.Expand(text, name => scope?.Find(name)?.Value)), null);
    }

    // Every character that a POSIX shell could read as something else gets a backslash; a newline cannot have one.
    private static string Escape(string text)
    {
        if (text.Length == 0)
        {
            return "''";
        }

        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c == '\n')
            {
                result.Append("'\n'");
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(c) && !"_-.,:+/@".Contains(c, StringComparison.Ordinal) && c < 128)
            {
                result.Append('\\');
            }

            result.Append(c);
        }

        return result.ToString();
    }

    [GeneratedRegex(@"^\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)?$")]
    private static partial Regex Truncate();

    [GeneratedRegex(@"^split\('([^']*)'\)$")]
    private static partial Regex Split();
}
