using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Patterns;

namespace Gantry.Pipelines.Rules;

/// <summary>
/// What rules and cache keys need from repositories, fetched before the rules are evaluated so that evaluation itself is
/// plain computation. Only what some rule asks for is fetched.
/// </summary>
internal sealed class RepositoryFacts(IRepositoryTree repository, IIncludeSource projects, IReadOnlyList<string>? changedFiles)
{
    private readonly Dictionary<(string Project, string? Ref), TreeListing?> _trees = [];
    private readonly Dictionary<string, IReadOnlyList<string>?> _changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _commits = new(StringComparer.Ordinal);
    private readonly Dictionary<(object Changed, string Pattern), bool> _touches = [];
    private TreeListing? _own;

    /// <summary>Changed by the push or merge request; null when there is nothing to compare with.</summary>
    public IReadOnlyList<string>? ChangedFiles => changedFiles;

    /// <summary>The project at the pipeline's commit.</summary>
    public TreeListing Own => _own ?? throw new InvalidOperationException("The tree was not asked for.");

    public async ValueTask LoadTreeAsync(CancellationToken cancellationToken) =>
        _own ??= new TreeListing(await repository.ListAsync(cancellationToken));

    public async ValueTask LoadTreeAsync(string project, string? reference, CancellationToken cancellationToken)
    {
        if (_trees.ContainsKey((project, reference)))
        {
            return;
        }

        var lookup = await projects.OpenProjectAsync(project, reference, cancellationToken);
        _trees[(project, reference)] = lookup is ProjectLookup.Found found ? new TreeListing(await found.Tree.ListAsync(cancellationToken)) : null;
        IsProjectKnown[project] = lookup is not ProjectLookup.ProjectMissing;
    }

    public Dictionary<string, bool> IsProjectKnown { get; } = new(StringComparer.Ordinal);

    public async ValueTask LoadChangesAsync(string reference, CancellationToken cancellationToken)
    {
        if (!_changes.ContainsKey(reference))
        {
            _changes[reference] = await repository.ChangedSinceAsync(reference, cancellationToken);
        }
    }

    public async ValueTask LoadCommitAsync(string path, CancellationToken cancellationToken)
    {
        if (!_commits.ContainsKey(path))
        {
            _commits[path] = await repository.LastCommitAsync(path, cancellationToken);
        }
    }

    /// <summary>Null when the project or the ref does not exist.</summary>
    public TreeListing? Tree(string project, string? reference) => _trees[(project, reference)];

    /// <summary>Null when the reference does not exist.</summary>
    public IReadOnlyList<string>? ChangedSince(string reference) => _changes[reference];

    /// <summary>A pattern matches one of the paths. Answers are kept: many jobs ask the same of the same list.</summary>
    public bool Touches(string pattern, IReadOnlyList<string> changed)
    {
        if (!_touches.TryGetValue((changed, pattern), out var known))
        {
            var glob = PathGlob.Compile(pattern);
            _touches[(changed, pattern)] = known = changed.Any(glob.IsMatch);
        }

        return known;
    }

    public string? LastCommit(string path) => _commits[path];
}
