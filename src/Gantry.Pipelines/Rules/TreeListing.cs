using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Patterns;

namespace Gantry.Pipelines.Rules;

/// <summary>The files of a commit, made ready for <c>exists</c>. Answers are kept: many jobs ask the same.</summary>
internal sealed class TreeListing
{
    private const int MaxComparisons = 50_000;

    private readonly Dictionary<string, string> _blobs;
    private readonly string[] _sorted;
    private readonly Dictionary<string, bool> _answers = new(StringComparer.Ordinal);

    public TreeListing(IReadOnlyList<TreeFile> files)
    {
        _blobs = new Dictionary<string, string>(files.Count, StringComparer.Ordinal);
        foreach (var file in files)
        {
            _blobs[file.Path] = file.BlobId;
        }

        _sorted = [.. _blobs.Keys];
        Array.Sort(_sorted, StringComparer.Ordinal);
    }

    public IReadOnlyList<string> Paths => _sorted;

    public string? BlobOf(string path) => _blobs.GetValueOrDefault(path);

    /// <summary>Any of the patterns. With too many patterns times files the answer is true, as in GitLab.</summary>
    public bool HasAny(IReadOnlyList<string> patterns)
    {
        var globs = patterns.Count(PathGlob.HasWildcard);
        return (long)globs * _sorted.Length > MaxComparisons * 1L || patterns.Any(Has);
    }

    public bool HasAny(System.Text.RegularExpressions.Regex regex) => _sorted.Any(regex.IsMatch);

    private bool Has(string pattern)
    {
        if (!PathGlob.HasWildcard(pattern))
        {
            return pattern.EndsWith('/') ? HasFolder(pattern) : _blobs.ContainsKey(pattern);
        }

        if (!_answers.TryGetValue(pattern, out var known))
        {
            var glob = PathGlob.Compile(pattern);
            _answers[pattern] = known = _sorted.Any(glob.IsMatch);
        }

        return known;
    }

    private bool HasFolder(string prefix)
    {
        var at = Array.BinarySearch(_sorted, prefix, StringComparer.Ordinal);
        at = at < 0 ? ~at : at;
        return at < _sorted.Length && _sorted[at].StartsWith(prefix, StringComparison.Ordinal);
    }
}
