using Gantry.Pipelines.Inputs;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Includes;

/// <summary>Turns the text of one file into its map: header, inputs, interpolation, YAML.</summary>
internal sealed class FileReader(ProblemList problems, Func<FetchedFile, YamlNode, ValueTask<IReadOnlyList<InputDefinition>>> sharedInputs)
{
    private const int MaxReported = 3;

    /// <summary>Null when the file cannot be used; what is wrong was reported.</summary>
    public async ValueTask<YamlMap?> ReadAsync(FetchedFile file)
    {
        var split = DocumentSplit.Of(file.Text.TrimStart('\ufeff'));
        var body = new InterpolatedText(split.Body, null);
        if (split.Header is not null)
        {
            if (await InterpolateAsync(file, split) is not { } interpolated)
            {
                return null;
            }

            body = interpolated;
        }
        else if (file.Inputs.Count > 0)
        {
            problems.Add(Prefixed(file, "unknown input arguments"), PlaceOf(file), "the file has no `spec: inputs:` header");
            return null;
        }

        var before = problems.Errors.Count;
        var node = NodeBuilder.Build(body.Text, file.Name, line => body.SourceLine(line) + split.BodyLine, problems);
        if (node is YamlMap map)
        {
            return map;
        }

        if (problems.Errors.Count == before)
        {
            NoMap(file, node);
        }

        return null;
    }

    private static Mark PlaceOf(FetchedFile file) => file.IsRoot ? new Mark(file.Name, 1, 1) : file.IncludedAt;

    private static string Prefixed(FetchedFile file, string message) => file.IsRoot ? message : $"`{file.Name}`: {message}";

    private void NoMap(FetchedFile file, YamlNode? node)
    {
        var isEmpty = node is null or { IsNull: true };
        if (file.IsRoot)
        {
            problems.Add(isEmpty ? "Please provide content of .gitlab-ci.yml" : "Invalid configuration format", PlaceOf(file));
        }
        else
        {
            problems.Add($"`{file.Name}`: Invalid configuration format", PlaceOf(file), isEmpty ? "the file is empty" : "a configuration is a map");
        }
    }

    private async ValueTask<InterpolatedText?> InterpolateAsync(FetchedFile file, DocumentSplit split)
    {
        var before = problems.Errors.Count;
        var header = NodeBuilder.Build(split.Header!, file.Name, line => line + split.HeaderLine, problems);
        var spec = SpecReader.Read(header, problems);
        if (problems.Errors.Count > before)
        {
            return null;
        }

        var definitions = spec.Include is null ? spec.Inputs : [.. await sharedInputs(file, spec.Include), .. spec.Inputs];
        var reported = 0;
        var twice = definitions.GroupBy(definition => definition.Name).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            problems.Add(Prefixed(file, $"`{twice.Key}` input: is already defined by an included header file"), twice.Last().Mark);
            return null;
        }

        var values = InputResolution.Resolve(definitions, file.Inputs, (message, definition) =>
        {
            if (reported++ < MaxReported)
            {
                problems.Add(Prefixed(file, message), file.IsRoot || file.IncludedAt.Line == 0 ? definition?.Mark ?? PlaceOf(file) : file.IncludedAt);
            }
        });
        return values is null || problems.Errors.Count > before ? null : Interpolate(file, split, spec, values);
    }

    private InterpolatedText? Interpolate(FetchedFile file, DocumentSplit split, FileSpec spec, IReadOnlyDictionary<string, InputValue> values)
    {
        var contexts = new Dictionary<string, InputValue>(StringComparer.Ordinal) { ["inputs"] = new InputValue.Map([.. values]) };
        if (file.Component is { } component)
        {
            contexts["component"] = new InputValue.Map(
            [
                .. component.Where(field => spec.Component.Contains(field.Key))
                    .Select(field => KeyValuePair.Create(field.Key, (InputValue)new InputValue.Text(field.Value))),
            ]);
        }

        var reported = 0;
        var text = Interpolation.Apply(split.Body, new InterpolationContext(contexts, file.Context.Variables), (message, offset) =>
        {
            if (reported++ < MaxReported)
            {
                problems.Add(Prefixed(file, message), MarkAt(file, split, offset));
            }
        });
        return reported == 0 ? text : null;
    }

    private static Mark MarkAt(FetchedFile file, DocumentSplit split, int offset)
    {
        var before = split.Body.AsSpan(0, offset);
        return new Mark(file.Name, before.Count('\n') + 1 + split.BodyLine, offset - before.LastIndexOf('\n'));
    }
}
