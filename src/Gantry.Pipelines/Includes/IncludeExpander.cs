using Gantry.Pipelines.Creation;
using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Inputs;
using Gantry.Pipelines.Merging;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Rules;
using Gantry.Pipelines.Variables;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Includes;

/// <summary>
/// Reads a file with all it includes, depth first: the included files in their order, each merged over the one before, the
/// including file over all of them.
/// </summary>
internal sealed class IncludeExpander
{
    private const int MaxFiles = 150;

    private readonly PipelineRequest _request;
    private readonly ProblemList _problems;
    private readonly IncludeFetcher _fetcher;
    private readonly FileReader _reader;
    private readonly CancellationToken _cancellation;
    private readonly List<string> _included = [];
    private bool _isFull;

    private IncludeExpander(PipelineRequest request, ProblemList problems, CancellationToken cancellationToken)
    {
        _request = request;
        _problems = problems;
        _cancellation = cancellationToken;
        _fetcher = new IncludeFetcher(request, problems, Masking(request));
        _reader = new FileReader(problems, SharedInputsAsync);
    }

    /// <returns>The merged configuration without <c>include</c>, and the names of the files; null when the root file is unusable.</returns>
    public static async ValueTask<(YamlMap? Root, IReadOnlyList<string> Included)> ExpandAsync(
        PipelineRequest request, ProblemList problems, CancellationToken cancellationToken)
    {
        var expander = new IncludeExpander(request, problems, cancellationToken);
        var root = await expander.FileAsync(Root(request));
        return (root, expander._included);
    }

    /// <summary>The inputs that the root file declares: those of its <c>spec:include</c>, then its own.</summary>
    public static async ValueTask<IReadOnlyList<InputDefinition>> InputsAsync(
        PipelineRequest request, FileSpec spec, ProblemList problems, CancellationToken cancellationToken) => spec.Include is { } include
            ? [.. await new IncludeExpander(request, problems, cancellationToken).SharedInputsAsync(Root(request), include), .. spec.Inputs]
            : spec.Inputs;

    private static FetchedFile Root(PipelineRequest request)
    {
        var scope = new PipelineScopes(request).ForPipeline([]);
        var facts = new RepositoryFacts(request.Tree, request.Includes, request.ChangedFiles);
        return new FetchedFile
        {
            Name = request.ConfigurationPath,
            Text = request.Configuration,
            Context = new IncludeContext(request.Tree, request.Facts.Project.FullPath, facts, scope),
            Inputs = request.Inputs,
            IsRoot = true,
        };
    }

    private async ValueTask<YamlMap?> FileAsync(FetchedFile file)
    {
        var body = await _reader.ReadAsync(file);
        if (body is null || !body.Has("include"))
        {
            return body;
        }

        var below = new YamlMap([], body.Mark);
        foreach (var entry in IncludeReader.Read(body["include"], _problems))
        {
            if (!await IsWantedAsync(entry, file.Context))
            {
                continue;
            }

            foreach (var included in await _fetcher.FetchAsync(entry, file.Context, _cancellation))
            {
                if (_isFull)
                {
                    return null;
                }

                if (_included.Count == MaxFiles)
                {
                    _isFull = true;
                    _problems.Add($"Maximum of {MaxFiles} nested includes are allowed!", entry.Mark);
                    return null;
                }

                _included.Add(included.Name);
                below = await FileAsync(included) is { } map ? DeepMerge.Merge(below, map) : below;
            }
        }

        return DeepMerge.Merge(below, body.Without(key => key == "include"));
    }

    private async ValueTask<bool> IsWantedAsync(IncludeEntry entry, IncludeContext context)
    {
        if (entry.Rules is not { } rules)
        {
            return true;
        }

        var scope = context.Variables ?? new VariableScope();
        var facts = context.Facts ?? new RepositoryFacts(_request.Tree, _request.Includes, _request.ChangedFiles);
        await FactLoader.LoadAsync(rules, scope, facts, _cancellation);
        var matcher = new RuleMatch(facts, (rule, message) => _problems.Add(message, rule.Node));
        return matcher.First(rules, scope) is { When: not JobWhen.Never };
    }

    /// <summary><c>spec:include</c>: files that hold nothing but inputs, a later one over an earlier one.</summary>
    private async ValueTask<IReadOnlyList<InputDefinition>> SharedInputsAsync(FetchedFile file, YamlNode include)
    {
        var merged = new YamlMap([], include.Mark);
        foreach (var entry in IncludeReader.Read(include, _problems))
        {
            foreach (var included in await _fetcher.FetchAsync(entry, file.Context, _cancellation))
            {
                _included.Add(included.Name);
                if (NodeBuilder.Build(included.Text, included.Name, line => line, _problems) is not YamlMap map)
                {
                    continue;
                }

                var unknown = map.Entries.Select(entry => entry.Key.Text).Where(key => key != "inputs").ToList();
                if (unknown.Count > 0)
                {
                    _problems.Add($"Header include file `{included.Name}` contains unknown keys: [{string.Join(", ", unknown)}]", map);
                }

                merged = DeepMerge.Merge(merged, map);
            }
        }

        return SpecReader.Inputs(merged["inputs"], new Scope(_problems, null, "header").At("spec").At("inputs"));
    }

    // Names of files are shown to everyone who sees the pipeline; masked values in them are not.
    private static Func<string, string> Masking(PipelineRequest request)
    {
        var layers = request.Variables;
        var secrets = new[] { layers.Instance, layers.Groups, layers.Project, layers.Pipeline, layers.Schedule }
            .SelectMany(layer => layer).Where(variable => variable.IsMasked && variable.Value.Length > 0).Select(variable => variable.Value).ToList();
        return text => secrets.Aggregate(text, (shown, secret) => shown.Replace(secret, "[MASKED]", StringComparison.Ordinal));
    }
}
