using System.Text.RegularExpressions;
using Gantry.Pipelines.Includes;

namespace Gantry.Pipelines.Inputs;

/// <summary>What <c>$[[ … ]]</c> blocks may name, and the variables of <c>expand_vars</c>.</summary>
/// <param name="Values">Contexts by name: <c>inputs</c>, <c>component</c>.</param>
/// <param name="Variables">Null where no variables are visible.</param>
internal sealed record InterpolationContext(IReadOnlyDictionary<string, InputValue> Values, Variables.VariableScope? Variables);

/// <summary>
/// Replaces <c>$[[ access | function | function ]]</c> in the text of a file, before it is parsed: texts go in as they are,
/// other values as JSON, which YAML reads back as the same value. <c>matrix.</c> blocks are left for later.
/// </summary>
internal static partial class Interpolation
{
    private const int MaxBlocks = 10_000;
    private const int MaxFunctions = 3;
    private const int MaxAccessBytes = 1024;

    /// <param name="text">Body of a file.</param>
    /// <param name="context">Values.</param>
    /// <param name="report">Takes what is wrong, with the offset of the block.</param>
    /// <returns>The text, and for every line of it the line it came from.</returns>
    public static InterpolatedText Apply(string text, InterpolationContext context, Action<string, int> report)
    {
        var result = new InterpolatedText.Writer();
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        var at = 0;
        foreach (Match block in Block().Matches(text))
        {
            result.Copy(text.AsSpan(at, block.Index - at));
            at = block.Index + block.Length;
            if (!known.TryGetValue(block.Value, out var value))
            {
                known[block.Value] = value = Evaluate(block.Groups[1].Value, block.Value, context, message => report(message, block.Index));
                if (known.Count > MaxBlocks)
                {
                    report("too many interpolation blocks", block.Index);
                    break;
                }
            }

            result.Insert(value ?? "");
        }

        result.Copy(text.AsSpan(at));
        return result.Done();
    }

    private static string? Evaluate(string data, string block, InterpolationContext context, Action<string> report)
    {
        var parts = data.Split('|', StringSplitOptions.TrimEntries);
        if (parts[0].Split('.')[0] == "matrix")
        {
            return block;
        }

        if (Access(parts[0], context, report) is not { } value)
        {
            return null;
        }

        if (parts.Length - 1 > MaxFunctions)
        {
            report("too many functions in interpolation block");
            return null;
        }

        foreach (var function in parts.Skip(1))
        {
            var (next, error) = InterpolationFunctions.Apply(function, value, context);
            if (error is not null)
            {
                report(error);
                return null;
            }

            value = next!;
        }

        return value is InputValue.Text { Value: var text } ? text : value.ToJson();
    }

    private static InputValue? Access(string path, InterpolationContext context, Action<string> report)
    {
        var keys = path.Split('.');
        if (keys.Length is < 2 or > 5)
        {
            report("invalid interpolation access pattern");
            return null;
        }

        if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxAccessBytes)
        {
            report("maximum interpolation expression size exceeded");
            return null;
        }

        InputValue? at = context.Values.GetValueOrDefault(keys[0]);
        var key = keys[0];
        for (var i = 1; at is not null && i < keys.Length; i++)
        {
            key = keys[i];
            at = Member(at, key);
        }

        if (at is null)
        {
            report($"unknown interpolation key: `{key}`");
        }

        return at;
    }

    // name, name[0], name[0][1]
    private static InputValue? Member(InputValue of, string key)
    {
        var bracket = key.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? key : key[..bracket];
        var value = of is InputValue.Map map ? map.Entries.Where(entry => entry.Key == name).Select(entry => entry.Value).FirstOrDefault() : null;
        if (bracket < 0 || value is null)
        {
            return value;
        }

        if (!Indexes().IsMatch(key[bracket..]))
        {
            return null;
        }

        foreach (var index in key[bracket..].Split(['[', ']'], StringSplitOptions.RemoveEmptyEntries))
        {
            value = value is InputValue.List list && int.TryParse(index, System.Globalization.CultureInfo.InvariantCulture, out var number) && number < list.Items.Count
                ? list.Items[number]
                : null;
        }

        return value;
    }

    [GeneratedRegex(@"\$\[\[\s*(.*?)\s*\]\](?!\])", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^(?:\[\d+\])+$")]
    private static partial Regex Indexes();
}
