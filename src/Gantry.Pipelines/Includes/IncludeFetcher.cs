using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Rules;

namespace Gantry.Pipelines.Includes;

/// <summary>Fetches what one entry names. A project file list and a wildcard make several files.</summary>
internal sealed class IncludeFetcher(PipelineRequest request, ProblemList problems, Func<string, string> masked)
{
    private readonly Dictionary<(string, string?), ProjectLookup> _projects = [];
    private readonly Dictionary<(object, string), string?> _texts = [];

    public async ValueTask<IReadOnlyList<FetchedFile>> FetchAsync(IncludeEntry entry, IncludeContext context, CancellationToken cancellationToken)
    {
        var location = context.Expand(entry.Location);
        var files = entry.Kind switch
        {
            "local" => await LocalAsync(location, entry, context, cancellationToken),
            "project" => await ProjectAsync(location, entry, context, cancellationToken),
            "remote" => await RemoteAsync(location, entry, cancellationToken),
            "template" => await TemplateAsync(location, entry, cancellationToken),
            "component" => await ComponentAsync(location, entry, context, cancellationToken),
            _ => await ArtifactAsync(location, entry, context, cancellationToken),
        };
        return [.. files.Select(file => file with { Inputs = entry.Inputs, IncludedAt = entry.Mark })];
    }

    private List<FetchedFile> Wrong(IncludeEntry entry, string message, string? hint = null)
    {
        problems.Add(message, entry.Mark, hint);
        return [];
    }

    private static bool IsYaml(string path) => path.EndsWith(".yml", StringComparison.Ordinal) || path.EndsWith(".yaml", StringComparison.Ordinal);

    private async ValueTask<List<FetchedFile>> LocalAsync(string location, IncludeEntry entry, IncludeContext context, CancellationToken cancellationToken)
    {
        var shown = masked(location);
        if (context.Tree is not { } tree)
        {
            return Wrong(entry, $"Local file `{shown}` does not have project!", "files from a remote address or a template cannot include local files");
        }

        if (!IsYaml(location))
        {
            return Wrong(entry, $"Included file `{shown}` does not have YAML extension!");
        }

        var path = location.TrimStart('/');
        if (location.Contains('*', StringComparison.Ordinal))
        {
            return await WildcardAsync(path, entry, context, cancellationToken);
        }

        return await TextAsync(tree, path, cancellationToken) switch
        {
            null => Wrong(entry, $"Local file `{shown}` does not exist!"),
            var text when string.IsNullOrWhiteSpace(text) => Wrong(entry, $"Local file `{shown}` is empty!"),
            var text => [new FetchedFile { Name = Shown(context, path), Text = text, Context = context }],
        };
    }

    // `**` crosses folders and `*` does not; unlike in rules, `**/` needs at least the slash.
    private async ValueTask<List<FetchedFile>> WildcardAsync(string pattern, IncludeEntry entry, IncludeContext context, CancellationToken cancellationToken)
    {
        await context.Facts!.LoadTreeAsync(cancellationToken);
        var translated = Regex.Escape(pattern).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal);
        var regex = new Regex($@"\A{translated}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        var files = new List<FetchedFile>();
        foreach (var path in context.Facts.Own.Paths.Where(path => regex.IsMatch(path)))
        {
            files.AddRange(await LocalAsync(path, entry, context, cancellationToken));
        }

        return files;
    }

    private async ValueTask<List<FetchedFile>> ProjectAsync(string location, IncludeEntry entry, IncludeContext context, CancellationToken cancellationToken)
    {
        var reference = entry.Ref is null ? null : context.Expand(entry.Ref);
        if (!_projects.TryGetValue((location, reference), out var lookup))
        {
            _projects[(location, reference)] = lookup = await request.Includes.OpenProjectAsync(location, reference, cancellationToken);
        }

        switch (lookup)
        {
            case ProjectLookup.ProjectMissing:
                return Wrong(entry, $"Project `{masked(location)}` not found or access denied! "
                    + "Make sure any includes in the pipeline configuration are correctly defined.");
            case ProjectLookup.ReferenceMissing:
                return Wrong(entry, $"Project `{masked(location)}` reference `{masked(reference ?? "HEAD")}` does not exist!");
        }

        var found = (ProjectLookup.Found)lookup;
        var inner = ContextOf(found.Tree, found.Path, context);
        var files = new List<FetchedFile>();
        foreach (var file in entry.Files.Select(context.Expand))
        {
            files.AddRange(await ProjectFileAsync(found, file, entry, inner, cancellationToken));
        }

        return files;
    }

    private async ValueTask<List<FetchedFile>> ProjectFileAsync(
        ProjectLookup.Found found, string file, IncludeEntry entry, IncludeContext inner, CancellationToken cancellationToken)
    {
        if (!IsYaml(file))
        {
            return Wrong(entry, $"Included file `{masked(file)}` does not have YAML extension!");
        }

        var path = file.TrimStart('/');
        return await TextAsync(found.Tree, path, cancellationToken) switch
        {
            null => Wrong(entry, $"Project `{masked(found.Path)}` file `{masked(file)}` does not exist!"),
            var text when string.IsNullOrWhiteSpace(text) => Wrong(entry, $"Project `{masked(found.Path)}` file `{masked(file)}` is empty!"),
            var text => [new FetchedFile { Name = Shown(inner, path), Text = text, Context = inner }],
        };
    }

    private async ValueTask<List<FetchedFile>> RemoteAsync(string url, IncludeEntry entry, CancellationToken cancellationToken)
    {
        var shown = masked(url);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return Wrong(entry, $"Remote file `{shown}` does not have a valid address!");
        }

        if (!IsYaml(address.AbsolutePath))
        {
            return Wrong(entry, $"Included file `{shown}` does not have YAML extension!");
        }

        switch (await request.Includes.FetchAsync(url, cancellationToken))
        {
            case RemoteLookup.Failed failed:
                return Wrong(entry, $"Remote file `{shown}` could not be fetched because of {failed.Reason}");
            case RemoteLookup.Found found when string.IsNullOrWhiteSpace(found.Content):
                return Wrong(entry, $"Remote file `{shown}` is empty!");
            case RemoteLookup.Found found when entry.Integrity is { } integrity && integrity != Hash(found.Content):
                return Wrong(entry, $"Remote file `{shown}` does not match its integrity hash", "the file changed, or the hash is wrong");
            case RemoteLookup.Found found:
                return [new FetchedFile { Name = shown, Text = found.Content, Context = IncludeContext.Nowhere }];
            default:
                return [];
        }
    }

    private static string Hash(string content) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}";

    private async ValueTask<List<FetchedFile>> TemplateAsync(string name, IncludeEntry entry, CancellationToken cancellationToken)
    {
        if (!name.EndsWith(".gitlab-ci.yml", StringComparison.Ordinal))
        {
            return Wrong(entry, $"Template file `{masked(name)}` is not a valid location!");
        }

        return await request.Includes.ReadTemplateAsync(name, cancellationToken) is { } text
            ? [new FetchedFile { Name = masked(name), Text = text, Context = IncludeContext.Nowhere }]
            : Wrong(entry, $"Included file `{masked(name)}` is empty or does not exist!");
    }

    private async ValueTask<List<FetchedFile>> ComponentAsync(string address, IncludeEntry entry, IncludeContext context, CancellationToken cancellationToken)
    {
        var shown = masked(address);
        if (!address.Contains('@', StringComparison.Ordinal))
        {
            return Wrong(entry, $"Component '{shown}' - content not found", "write <host>/<project>/<component>@<version>");
        }

        if (await request.Includes.OpenComponentAsync(address, cancellationToken) is not ComponentLookup.Found found)
        {
            return Wrong(entry, $"Component '{shown}' - content not found");
        }

        foreach (var path in new[] { $"templates/{found.Name}.yml", $"templates/{found.Name}/template.yml" })
        {
            if (await TextAsync(found.Tree, path, cancellationToken) is { } text)
            {
                return [new FetchedFile { Name = shown, Text = text, Context = ContextOf(found.Tree, found.Path, context), Component = Fields(found, address) }];
            }
        }

        return Wrong(entry, $"Component '{shown}' - content not found", $"expected templates/{found.Name}.yml or templates/{found.Name}/template.yml");
    }

    private async ValueTask<List<FetchedFile>> ArtifactAsync(string path, IncludeEntry entry, IncludeContext context, CancellationToken cancellationToken)
    {
        if (request.Facts.Source != Variables.PipelineSources.ParentPipeline)
        {
            return Wrong(entry, "Including configs from artifacts is only allowed when triggering child pipelines");
        }

        if (entry.Job is not { } job)
        {
            return Wrong(entry, "Job must be provided when including configs from artifacts");
        }

        return await request.Includes.ReadArtifactAsync(context.Expand(job), path, cancellationToken) is { } text
            ? [new FetchedFile { Name = masked(path), Text = text, Context = context with { Variables = null } }]
            : Wrong(entry, $"Job `{masked(job)}` not found in parent pipeline or does not have artifacts!");
    }

    private static Dictionary<string, string> Fields(ComponentLookup.Found found, string address)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = found.Name,
            ["sha"] = found.Sha,
            ["reference"] = address[(address.LastIndexOf('@') + 1)..],
        };
        if (found.Version is { } version)
        {
            fields["version"] = version;
        }

        return fields;
    }

    private IncludeContext ContextOf(IRepositoryTree tree, string project, IncludeContext outer) =>
        new(tree, project, new RepositoryFacts(tree, request.Includes, request.ChangedFiles), outer.Variables);

    private string Shown(IncludeContext context, string path) =>
        masked(context.Project is null || ReferenceEquals(context.Tree, request.Tree) ? path : $"{context.Project}:{path}");

    private async ValueTask<string?> TextAsync(IRepositoryTree tree, string path, CancellationToken cancellationToken)
    {
        if (!_texts.TryGetValue((tree, path), out var known))
        {
            _texts[(tree, path)] = known = await tree.ReadAsync(path, cancellationToken);
        }

        return known;
    }
}
