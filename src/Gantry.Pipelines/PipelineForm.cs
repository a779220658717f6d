using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Inputs;
using Gantry.Pipelines.Merging;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines;

/// <summary>
/// What a form for a new pipeline asks: the inputs that the file's header declares or includes, and the variables that the merged
/// configuration describes. A configuration that cannot be read asks nothing: creating the pipeline says what is wrong.
/// </summary>
public static class PipelineForm
{
    public static async ValueTask<PipelineQuestions> ReadAsync(PipelineRequest request, CancellationToken cancellationToken)
    {
        var problems = new ProblemList();
        var split = DocumentSplit.Of(request.Configuration.TrimStart('\ufeff'));
        var header = split.Header is null
            ? null
            : NodeBuilder.Build(split.Header, request.ConfigurationPath, line => line + split.HeaderLine, problems);
        var declared = await IncludeExpander.InputsAsync(request, SpecReader.Read(header, problems), problems, cancellationToken);
        var inputs = declared.DistinctBy(input => input.Name).ToList();

        // Required inputs have no value yet, and the variables are to be seen without: any value will do for reading them.
        var samples = inputs.Where(IsRequired).ToDictionary(input => input.Name, Sample, StringComparer.Ordinal);
        var (root, _) = await ConfigurationLoader.LoadAsync(request with { Inputs = samples }, new ProblemList(), cancellationToken);
        return new PipelineQuestions([.. inputs.Select(Question)], root?["variables"] is YamlMap variables ? Described(variables) : []);
    }

    private static bool IsRequired(InputDefinition input) => input.Default is null && input.Rules.Count == 0;

    private static InputValue Sample(InputDefinition input) => input switch
    {
        { Options: [var first, ..] } => first,
        { Type: "number" } => new InputValue.Number("0"),
        { Type: "boolean" } => new InputValue.Boolean(false),
        { Type: "array" } => new InputValue.List([]),
        _ => new InputValue.Text("x"),
    };

    private static InputQuestion Question(InputDefinition input) => new()
    {
        Name = input.Name,
        Type = input.Type,
        Default = Text(input.Default),
        IsRequired = IsRequired(input),
        Options = input.Type == "array" ? [] : [.. (input.Options ?? []).Select(Text)],
        Description = input.Description ?? "",
    };

    private static string Text(InputValue? value) => value switch
    {
        null or InputValue.Null => "",
        InputValue.Text { Value: var text } => text,
        _ => value.ToJson(),
    };

    private static List<VariableQuestion> Described(YamlMap variables)
    {
        var described = new List<VariableQuestion>();
        foreach (var (key, value) in variables.Entries)
        {
            if (value is YamlMap map && Plain(map["description"]) is { Length: > 0 } description)
            {
                IEnumerable<string> options = map["options"] is YamlList list ? list.Items.Select(Plain) : [];
                described.Add(new VariableQuestion(key.Text, Plain(map["value"]), description, [.. options]));
            }
        }

        return described;
    }

    private static string Plain(YamlNode? node) => node is YamlScalar { IsNull: false } scalar ? scalar.Text : "";
}
