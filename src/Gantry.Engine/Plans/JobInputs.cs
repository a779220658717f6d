using System.Text;
using System.Text.Json;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>
/// Values for <c>${{ job.inputs.NAME }}</c> in a payload (official-job-protocol §9.7). Only templates that mention
/// <c>job.inputs</c> are touched, and only when the job has inputs at all.
/// </summary>
internal sealed class JobInputs
{
    private readonly Dictionary<string, JobInputValue> _values;

    private JobInputs(Dictionary<string, JobInputValue> values) => _values = values;

    /// <summary>The inputs, or what is wrong with them in GitLab's words.</summary>
    public static (JobInputs? Inputs, string? Problem) Decode(IReadOnlyList<JobInput> inputs)
    {
        var values = new Dictionary<string, JobInputValue>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            if (input.Key.Length == 0)
            {
                return (null, "input without key");
            }

            if (input.Value.Content is not { ValueKind: not JsonValueKind.Null and not JsonValueKind.Undefined } content)
            {
                return (null, $"input \"{input.Key}\" is null, must have valid value");
            }

            if (input.Value.Type is not ("string" or "number" or "boolean" or "array" or "struct"))
            {
                return (null, $"invalid type \"{input.Value.Type}\" for input \"{input.Key}\": type is unknown");
            }

            var actual = TypeOf(content);
            if (actual != input.Value.Type)
            {
                return (null, $"mismatching type of input \"{input.Key}\". Announced \"{input.Value.Type}\", but got \"{actual}\"");
            }

            values[input.Key] = input.Value;
        }

        return (new JobInputs(values), null);
    }

    /// <summary>The payload with its templates replaced, or why that cannot be.</summary>
    public static (JobPayload Payload, string? Problem) Apply(JobPayload payload)
    {
        if (payload.Inputs.Count == 0)
        {
            return (payload, null);
        }

        var (inputs, problem) = Decode(payload.Inputs);
        if (inputs is null)
        {
            return (payload, problem);
        }

        try
        {
            return (inputs.Interpolate(payload), null);
        }
        catch (FormatException bad)
        {
            return (payload, $"failed to interpolate job inputs: {bad.Message}");
        }
    }

    /// <exception cref="FormatException">The template cannot be evaluated; the message says why and names no value.</exception>
    public string Interpolate(string text)
    {
        var result = new StringBuilder();
        var from = 0;
        for (var open = text.IndexOf("${{", StringComparison.Ordinal); open >= 0; open = text.IndexOf("${{", from, StringComparison.Ordinal))
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            var expression = text[(open + 3)..close];
            result.Append(text, from, open - from)
                .Append(expression.Contains("job.inputs", StringComparison.Ordinal) ? Evaluate(expression.Trim()) : text[open..(close + 2)]);
            from = close + 2;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    private JobPayload Interpolate(JobPayload payload) => payload with
    {
        Steps = [.. payload.Steps.Select(s => s.Name is "script" or "after_script" ? s with { Script = All(s.Script) } : s)],
        Image = payload.Image is { } image ? Interpolate(image) : null,
        Services = [.. payload.Services.Select(Interpolate)],
        Artifacts = [.. payload.Artifacts.Select(a => a with
        {
            Name = Interpolate(a.Name), Paths = All(a.Paths), Exclude = All(a.Exclude), When = Interpolate(a.When), ExpireIn = Interpolate(a.ExpireIn),
        })],
        Cache = [.. payload.Cache.Select(c => c with
        {
            Key = Interpolate(c.Key), Policy = Interpolate(c.Policy), Paths = All(c.Paths), When = Interpolate(c.When), FallbackKeys = All(c.FallbackKeys),
        })],
    };

    private JobImage Interpolate(JobImage image) => image with
    {
        Name = Interpolate(image.Name),
        Command = All(image.Command),
        Entrypoint = All(image.Entrypoint),
        PullPolicy = All(image.PullPolicy),
        ExecutorOpts = image.ExecutorOpts is { } options ? JsonDocument.Parse(Interpolate(options.GetRawText())).RootElement.Clone() : null,
    };

    private List<string> All(IReadOnlyList<string> texts) => [.. texts.Select(Interpolate)];

    private string Evaluate(string expression)
    {
        if (expression.StartsWith("str(", StringComparison.Ordinal) && expression.EndsWith(')'))
        {
            return Evaluate(expression[4..^1].Trim());
        }

        const string prefix = "job.inputs.";
        if (!expression.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw new FormatException($"unsupported expression \"{expression}\"");
        }

        var path = expression[prefix.Length..].Split('.');
        if (!_values.TryGetValue(path[0], out var input))
        {
            throw new FormatException($"input \"{path[0]}\" is not defined");
        }

        if (input.Sensitive)
        {
            throw new FormatException("sensitive inputs are unsupported in interpolations yet");
        }

        var value = input.Content!.Value;
        foreach (var field in path.Skip(1))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(field, out value))
            {
                throw new FormatException($"\"{expression}\" has no field \"{field}\"");
            }
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
    }

    private static string TypeOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => "array",
        _ => "struct",
    };
}
