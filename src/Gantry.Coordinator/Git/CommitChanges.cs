using System.Globalization;
using System.Text;

namespace Gantry.Coordinator.Git;

/// <summary>What a commit changed, and how large files are, without reading more than somebody would look at.</summary>
internal sealed class CommitChanges(Repositories repositories, long projectId)
{
    // More than this is not read on a page; the counts are still told.
    private const int MostLines = 4_000;

    private string Folder => repositories.PathOf(projectId);

    /// <summary>Bytes of a file at a commit; null when there is none of that path.</summary>
    public async Task<long?> SizeAsync(string sha, string path, CancellationToken cancellation)
    {
        var output = await repositories.Git.RunAsync(Folder, ["cat-file", "-s", $"{sha}:{path}"], cancellation);
        return output.ExitCode == 0 && long.TryParse(Encoding.ASCII.GetString(output.Bytes).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : null;
    }

    /// <summary>The files that differ from the commit's first parent, with counts of lines.</summary>
    public async Task<IReadOnlyList<ChangedFile>> FilesAsync(string sha, CancellationToken cancellation)
    {
        var output = await repositories.Git.RunAsync(Folder, [.. Diff("--numstat", "-z"), sha, "--"], cancellation);
        return output.ExitCode == 0 ? Parse(Encoding.UTF8.GetString(output.Bytes)) : [];
    }

    /// <summary>The commit as a patch; null when it is too long to be read.</summary>
    public async Task<string?> PatchAsync(string sha, IReadOnlyList<ChangedFile> files, CancellationToken cancellation)
    {
        if (files.Sum(file => (long)file.Added + file.Removed) > MostLines)
            return null;
        var output = await repositories.Git.RunAsync(Folder, [.. Diff("--patch", "--no-color"), sha, "--"], cancellation);
        return output.ExitCode == 0 ? Encoding.UTF8.GetString(output.Bytes) : "";
    }

    // Against the first parent, without any program that a repository could name.
    private static string[] Diff(params string[] form) =>
        ["diff-tree", "--root", "-r", "-m", "--first-parent", "--no-commit-id", "--no-renames", "--no-ext-diff", "--no-textconv", .. form];

    private static List<ChangedFile> Parse(string text)
    {
        var files = new List<ChangedFile>();
        foreach (var record in text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (record.Split('\t', 3) is [var added, var removed, var path])
                files.Add(new ChangedFile(path, Count(added), Count(removed), IsBinary: added == "-"));
        }

        return files;
    }

    private static int Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
