using Gantry.Coordinator.Store;
using Gantry.Pipelines.Includes;

namespace Gantry.Coordinator.Creation;

/// <summary>What <c>git push -o</c> says about the pipeline (ci-yaml §18.1).</summary>
internal sealed record PushOptions
{
    public bool Skip { get; private init; }
    public bool NoPipeline { get; private init; }
    public IReadOnlyList<VariableRow> Variables { get; private init; } = [];
    public IReadOnlyDictionary<string, InputValue> Inputs { get; private init; } = new Dictionary<string, InputValue>();

    /// <summary>Options that are not about pipelines are left alone.</summary>
    public static PushOptions Parse(IReadOnlyList<string> options)
    {
        var variables = new List<VariableRow>();
        var inputs = new Dictionary<string, InputValue>();
        foreach (var option in options)
        {
            if (Pair(option, "ci.variable=") is var (key, value))
            {
                variables.Add(new VariableRow { Key = key, Value = value });
            }
            else if (Pair(option, "ci.input=") is var (name, text))
            {
                inputs[name] = new InputValue.Text(text);
            }
        }

        return new PushOptions
        {
            Skip = options.Contains("ci.skip"),
            NoPipeline = options.Contains("ci.no_pipeline"),
            Variables = variables,
            Inputs = inputs,
        };
    }

    private static (string Key, string Value)? Pair(string option, string prefix) =>
        option.StartsWith(prefix, StringComparison.Ordinal) && option[prefix.Length..].Trim('"').Split('=', 2) is [{ Length: > 0 } key, var value]
            ? (key, value)
            : null;
}
