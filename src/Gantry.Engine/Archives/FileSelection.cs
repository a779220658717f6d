using System.Diagnostics.CodeAnalysis;
using Gantry.Engine.Archives.Trees;

namespace Gantry.Engine.Archives;

/// <summary>
/// Which files <c>paths</c>, <c>exclude</c> and <c>untracked</c> select (official-job-protocol §7.2 item 2), with the messages
/// of the official runner. Links are listed as links and never followed: not by patterns, not in walks, and not in the folders
/// of a plain path.
/// <para>Counts are the official ones: a file reached through several matches of one pattern (<c>foo/**</c> matches
/// <c>foo</c> and everything below it again) is counted each time, and listed once.</para>
/// </summary>
public sealed class FileSelection
{
    private readonly FileSelectionRequest _request;
    private readonly string _directory;
    private readonly ISourceTree _tree;
    private readonly SortedDictionary<string, FileEntry> _files = new(StringComparer.Ordinal);
    private readonly List<ExcludeRule> _exclude = [];

    private FileSelection(FileSelectionRequest request, ISourceTree tree)
    {
        _request = request;
        _directory = request.NamedDirectory ?? request.WorkingDirectory;
        _tree = tree;
        foreach (var pattern in request.Exclude)
        {
            var relative = ProjectPath.Relative(_directory, pattern);
            _exclude.Add(new ExcludeRule(pattern, relative is not null, relative is not null && Glob.TryParse(relative, out var glob) ? glob : null));
        }
    }

    /// <summary>Looks the files up. The list is sorted by path and holds each path once; it may hold <c>.</c>.</summary>
    /// <exception cref="IOException">The working directory cannot be opened.</exception>
    public static async Task<IReadOnlyList<FileEntry>> SelectAsync(FileSelectionRequest request, CancellationToken cancellationToken)
    {
        using var tree = FileTree.Read(request.WorkingDirectory);
        var selection = new FileSelection(request, tree);
        foreach (var path in request.Paths)
        {
            selection.SelectPath(path, cancellationToken);
        }

        if (request.Untracked is { } untracked)
        {
            selection.SelectUntracked(await untracked(cancellationToken));
        }

        foreach (var rule in selection._exclude.Where(rule => rule.Count > 0))
        {
            request.Report(ArchiveNotice.Note($"{rule.Pattern}: excluded {rule.Count} files"));
        }

        return [.. selection._files.Values];
    }

    /// <summary>
    /// Where files that <paramref name="paths"/> select can be: files and folders relative to the working directory, without
    /// patterns, none inside another; <c>.</c> for anywhere.
    /// </summary>
    /// <param name="directory">The working directory as the paths mean it.</param>
    /// <param name="paths">As in <see cref="FileSelectionRequest.Paths"/>.</param>
    public static IReadOnlyList<string> FoldersOf(string directory, IEnumerable<string> paths)
    {
        var starts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in paths.Where(path => path.Length > 0))
        {
            if (ProjectPath.Relative(directory, path) is { } relative && TryParse(relative, out var glob))
            {
                starts.Add(StartOf(glob));
            }
        }

        return starts.Contains(".")
            ? ["."]
            : [.. starts.Where(start => !starts.Any(other => start.StartsWith(other + "/", StringComparison.Ordinal)))];
    }

    // Without a special character a path is itself, back slashes and all.
    private static bool TryParse(string relative, [NotNullWhen(true)] out Glob? glob) =>
        Glob.TryParse(ProjectPath.IsPattern(relative) ? relative : relative.Replace(@"\", @"\\"), out glob);

    private static string StartOf(Glob glob) => glob.Literal ?? (glob.LiteralFolder.Length == 0 ? "." : glob.LiteralFolder);

    private void SelectPath(string path, CancellationToken cancellationToken)
    {
        if (path.Length == 0)
        {
            Warn("No matching files. Path is empty.");
            return;
        }

        if (ProjectPath.Relative(_directory, path) is not { } relative)
        {
            Warn($"processPath: artifact path is not a subpath of project directory: {path}");
            return;
        }

        if (!TryParse(relative, out var glob))
        {
            Warn($"{path}: {Glob.SyntaxError}");
            return;
        }

        var found = Walk(glob, cancellationToken);
        if (found == 0)
        {
            Warn($"{path}: no matching files. Ensure that the artifact path is relative to the working directory ({_directory})");
        }
        else
        {
            _request.Report(ArchiveNotice.Note($"{path}: found {found} matching artifact files and directories"));
        }
    }

    private long Walk(Glob glob, CancellationToken cancellationToken)
    {
        var start = StartOf(glob);
        if (_tree.Find(start) is not { } first)
        {
            return 0;
        }

        // `a/**` selects `a`, which is its literal folder.
        var isFolder = first.Kind == FileKind.Folder;
        var weight = glob.Literal is not null || (start == "." ? glob.MatchesRoot : glob.Matches(start, isFolder)) ? 1 : 0;
        var found = Add(first, weight);
        Stack<(string Folder, long Weight)> open = new(isFolder ? [(start, weight)] : []);
        while (open.TryPop(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in _tree.List(next.Folder))
            {
                isFolder = entry.Kind == FileKind.Folder;
                var own = next.Weight + (glob.Literal is null && glob.Matches(entry.Path, isFolder) ? 1 : 0);
                found += Add(entry, own);
                if (isFolder && (own > 0 || glob.CanMatchBelow(entry.Path)))
                {
                    open.Push((entry.Path, own));
                }
            }
        }

        return found;
    }

    private void SelectUntracked(UntrackedFiles untracked)
    {
        if (untracked.Error is not null)
        {
            Warn($"untracked: {untracked.Error}");
            return;
        }

        long found = 0;
        foreach (var path in untracked.Paths)
        {
            // Names are not patterns here: git lists what there is.
            if (path.Split('/').Contains("..") || path.StartsWith('/'))
            {
                Warn($"{path}: not supported: outside build directory");
            }
            else if (_tree.Find(path.TrimEnd('/')) is { } entry)
            {
                found += Add(entry, 1);
            }
        }

        if (found == 0)
        {
            Warn("untracked: no files");
        }
        else
        {
            _request.Report(ArchiveNotice.Note($"untracked: found {found} files"));
        }
    }

    /// <param name="entry">What is there.</param>
    /// <param name="weight">How many matches lead to it; none means it was only passed by.</param>
    /// <returns>What it adds to the count.</returns>
    private long Add(FileEntry entry, long weight)
    {
        if (weight == 0)
        {
            return 0;
        }

        foreach (var rule in _exclude)
        {
            if (!rule.IsInside && !rule.Warned)
            {
                rule.Warned = true;
                Warn($"isExcluded: artifact path is not a subpath of project directory: {rule.Pattern}");
            }

            if (rule.Glob?.Matches(entry.Path) == true)
            {
                rule.Count += weight;
                return 0;
            }
        }

        _files[entry.Path] = entry;
        return weight;
    }

    private void Warn(string text) => _request.Report(ArchiveNotice.Warning(text));

    private sealed class ExcludeRule(string pattern, bool isInside, Glob? glob)
    {
        public string Pattern { get; } = pattern;
        public bool IsInside { get; } = isInside;
        public Glob? Glob { get; } = glob;
        public bool Warned { get; set; }
        public long Count { get; set; }
    }
}
