using System.Globalization;
using System.Text.Json;
using Gantry.Pipelines.Expressions;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Patterns;

namespace Gantry.Pipelines.Inputs;

/// <summary>
/// Gives every declared input its value: what was passed, or the default, checked against type, options and pattern. Inputs
/// whose rules look at others come after those.
/// </summary>
internal sealed class InputResolution
{
    private readonly Dictionary<string, InputDefinition> _definitions;
    private readonly IReadOnlyDictionary<string, InputValue> _given;
    private readonly Dictionary<string, InputValue> _values = new(StringComparer.Ordinal);
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly Action<string, InputDefinition?> _report;

    private InputResolution(IReadOnlyList<InputDefinition> definitions, IReadOnlyDictionary<string, InputValue> given, Action<string, InputDefinition?> report)
    {
        _definitions = definitions.ToDictionary(definition => definition.Name, StringComparer.Ordinal);
        _given = given;
        _report = report;
    }

    /// <param name="definitions">From the header.</param>
    /// <param name="given">By the including file, or for the pipeline.</param>
    /// <param name="report">Takes what is wrong, and with which input.</param>
    /// <returns>Null when something is wrong.</returns>
    public static IReadOnlyDictionary<string, InputValue>? Resolve(
        IReadOnlyList<InputDefinition> definitions, IReadOnlyDictionary<string, InputValue> given, Action<string, InputDefinition?> report)
    {
        var resolution = new InputResolution(definitions, given, report);
        var unknown = given.Keys.Where(name => !resolution._definitions.ContainsKey(name)).ToList();
        if (unknown.Count > 0)
        {
            resolution.Report($"unknown input arguments: {string.Join(", ", unknown)}", null);
        }

        foreach (var definition in definitions)
        {
            resolution.Value(definition);
        }

        return resolution._errors.Count == 0 ? resolution._values : null;
    }

    private void Report(string message, InputDefinition? definition)
    {
        _errors.Add(message);
        _report(message, definition);
    }

    private void Wrong(InputDefinition definition, string message) => Report($"`{definition.Name}` input: {message}", definition);

    private void Value(InputDefinition definition)
    {
        if (_values.ContainsKey(definition.Name))
        {
            return;
        }

        if (!_open.Add(definition.Name))
        {
            Wrong(definition, "circular dependency detected in rules");
            return;
        }

        var effective = definition.Rules.Count == 0 ? definition : Ruled(definition);
        if (Shape(effective) && Pick(effective) is { } value)
        {
            _values[definition.Name] = value;
        }

        _open.Remove(definition.Name);
    }

    private InputDefinition Ruled(InputDefinition definition)
    {
        foreach (var name in definition.Rules.SelectMany(rule => rule.If?.Inputs ?? []).Distinct())
        {
            if (_definitions.TryGetValue(name, out var other))
            {
                Value(other);
            }
            else
            {
                Wrong(definition, $"undefined input reference in rules: {name}");
            }
        }

        var rule = definition.Rules.FirstOrDefault(rule => rule.If is null || rule.If.IsTrue(_ => null, Operand));
        return rule is null ? definition : definition with { Options = rule.Options, Default = rule.Default };
    }

    private ExpressionValue Operand(string name) => _values.GetValueOrDefault(name) switch
    {
        InputValue.Text { Value: var text } => ExpressionValue.Of(text),
        InputValue.Boolean { Value: var flag } => ExpressionValue.Of(flag),
        InputValue.Number { Literal: var number } => ExpressionValue.Of(number),
        _ => ExpressionValue.Nothing,
    };

    private bool Shape(InputDefinition definition)
    {
        if (definition.Options is not null && definition.Type == "boolean")
        {
            Wrong(definition, "Options can only be used with string and number inputs");
            return false;
        }

        if (definition.Regex is null)
        {
            return true;
        }

        if (definition.Type != "string")
        {
            Wrong(definition, "RegEx validation can only be used with string inputs");
            return false;
        }

        if (Re2.Compile(definition.Regex) is not null)
        {
            return true;
        }

        Wrong(definition, "invalid regular expression");
        return false;
    }

    private InputValue? Pick(InputDefinition definition)
    {
        var isGiven = _given.TryGetValue(definition.Name, out var given) && given is not InputValue.Null;
        if (definition.Default is null && !isGiven)
        {
            Wrong(definition, "required value has not been provided");
            return null;
        }

        // With rules, a null default leaves the value to the user.
        var byDefault = definition.Default is null or InputValue.Null && definition.Rules.Count > 0
            ? new InputValue.Text("")
            : definition.Default is null ? null : Checked(definition, definition.Default, "default");
        return isGiven ? Checked(definition, given!, "provided") : byDefault;
    }

    private InputValue? Checked(InputDefinition definition, InputValue value, string which)
    {
        if (Coerce(value, definition.Type, isDefault: which == "default") is not { } typed)
        {
            Wrong(definition, $"{which} value is not {(definition.Type == "array" ? "an" : "a")} {definition.Type}");
            return null;
        }

        if (definition.Options is { } options)
        {
            foreach (var item in typed is InputValue.List list ? list.Items : [typed])
            {
                if (!options.Any(option => Same(option, item)))
                {
                    Wrong(definition, $"`{Text(item)}` cannot be used because it is not in the list of allowed options");
                    return null;
                }
            }
        }

        if (definition.Regex is { } regex && typed is InputValue.Text { Value: var text } && Re2.Compile(regex)?.IsMatch(text) == false)
        {
            Wrong(definition, $"{which} value does not match required RegEx pattern");
            return null;
        }

        return typed;
    }

    private static bool Same(InputValue option, InputValue value) => option == value || Text(option) == Text(value);

    private static string Text(InputValue value) => value is InputValue.Text { Value: var text } ? text : value.ToJson();

    // Values from the API and from forms are texts, so a text that reads as the type is taken; a default must have it.
    private static InputValue? Coerce(InputValue value, string type, bool isDefault) => (type, value) switch
    {
        ("string", InputValue.Text) => value,
        ("string", InputValue.Number { Literal: var number }) when !isDefault => new InputValue.Text(number),
        ("string", InputValue.Boolean { Value: var flag }) when !isDefault => new InputValue.Text(flag ? "true" : "false"),
        ("number", InputValue.Number) => value,
        ("number", InputValue.Text { Value: var text }) when !isDefault && IsNumber(text) => new InputValue.Number(text),
        ("boolean", InputValue.Boolean) => value,
        ("boolean", InputValue.Text { Value: "true" or "false" } text) when !isDefault => new InputValue.Boolean(text.Value == "true"),
        ("array", InputValue.List) => value,
        ("array", InputValue.Text { Value: var text }) when !isDefault => Array(text),
        _ => null,
    };

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) && text[^1] != '.' && text[0] != '.';

    private static InputValue? Array(string text)
    {
        if (!text.TrimStart().StartsWith('['))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return InputValue.FromJson(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
