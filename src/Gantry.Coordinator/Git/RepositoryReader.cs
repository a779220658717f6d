using System.Globalization;
using System.Text;

namespace Gantry.Coordinator.Git;

/// <summary>Questions to one repository. Names from users are never taken for options or for ranges.</summary>
internal sealed class RepositoryReader(Repositories repositories, long projectId)
{
    /// <summary>Between the parts of <see cref="CommitFormat"/>.</summary>
    public const char Field = '\u001f';

    /// <summary>Of <c>git log</c>, for <see cref="ParseCommit"/>.</summary>
    public static readonly string CommitFormat = string.Join(Field, "%H", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B");

    private string Folder => repositories.PathOf(projectId);

    /// <summary>All branches and tags.</summary>
    public async Task<IReadOnlyList<RefHead>> HeadsAsync(CancellationToken cancellation)
    {
        var text = await TextAsync(
            ["for-each-ref", "--format=%(objectname) %(*objectname) %(refname)", "refs/heads", "refs/tags"], cancellation);
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseHead)];
    }

    /// <summary>A branch first, then a tag, as GitLab looks; null when there is neither.</summary>
    public async Task<RefHead?> FindHeadAsync(string name, CancellationToken cancellation)
    {
        foreach (var isTag in new[] { false, true })
        {
            var head = new RefHead(name, isTag, "");
            if (IsPlainName(name) && await CommitIdAsync(head.FullName, cancellation) is { } sha)
            {
                return head with { Sha = sha };
            }
        }

        return null;
    }

    /// <summary>The commit that a branch, a tag, a full ref or an id means; null when there is none.</summary>
    public async Task<string?> ResolveAsync(string reference, CancellationToken cancellation)
    {
        if (!IsPlainName(reference))
        {
            return null;
        }

        return await FindHeadAsync(reference, cancellation) is { } head ? head.Sha : await CommitIdAsync(reference, cancellation);
    }

    public async Task<GitCommit?> CommitAsync(string sha, CancellationToken cancellation) =>
        await LogAsync(new CommitQuery(sha, Take: 1), cancellation) is [var commit, ..] ? commit : null;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<GitCommit>> LogAsync(CommitQuery query, CancellationToken cancellation)
    {
        if (!IsPlainName(query.Start))
        {
            return [];
        }

        List<string> arguments =
        [
            "log", "-z", "--no-show-signature", $"--max-count={query.Take}", $"--skip={query.Skip}", $"--format={CommitFormat}", query.Start, "--",
        ];
        if (query.Path is not null)
        {
            arguments.Add($":(literal){query.Path}");
        }

        var output = await repositories.Git.RunAsync(Folder, arguments, cancellation);
        return output.ExitCode == 0
            ? [.. Encoding.UTF8.GetString(output.Bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ParseCommit)]
            : [];
    }

    /// <summary>The files of a commit, or below a folder of it. Empty when there is no such folder.</summary>
    public async Task<IReadOnlyList<GitTreeEntry>> TreeAsync(string sha, string folder, bool recursive, CancellationToken cancellation)
    {
        List<string> arguments = ["ls-tree", "-z", "--full-tree"];
        if (recursive)
        {
            arguments.AddRange(["-r", "-t"]);
        }

        arguments.Add(folder.Length == 0 ? sha : $"{sha}:{folder.Trim('/')}");
        var output = await repositories.Git.RunAsync(Folder, arguments, cancellation);
        var prefix = folder.Length == 0 ? "" : folder.Trim('/') + "/";
        return output.ExitCode == 0
            ? [.. Encoding.UTF8.GetString(output.Bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(line => ParseEntry(line, prefix))]
            : [];
    }

    /// <summary>A file at a commit; null when there is none of that path.</summary>
    public async Task<byte[]?> FileAsync(string sha, string path, CancellationToken cancellation)
    {
        var output = await repositories.Git.RunAsync(Folder, ["cat-file", "blob", $"{sha}:{path.TrimStart('/')}"], cancellation);
        return output.ExitCode == 0 ? output.Bytes : null;
    }

    /// <summary>Message of an annotated tag; null for a plain one.</summary>
    public async Task<string?> TagMessageAsync(string name, CancellationToken cancellation)
    {
        var text = await TextAsync(["for-each-ref", "--format=%(objecttype) %(contents)", $"refs/tags/{name}"], cancellation);
        return text.StartsWith("tag ", StringComparison.Ordinal) ? text[4..].Trim() : null;
    }

    /// <summary>Paths that differ between two commits; null when either is missing.</summary>
    public async Task<IReadOnlyList<string>?> ChangedAsync(string from, string to, CancellationToken cancellation)
    {
        var output = await repositories.Git.RunAsync(
            Folder, ["diff-tree", "-r", "-z", "--no-renames", "--name-only", from, to, "--"], cancellation);
        return output.ExitCode == 0 ? Encoding.UTF8.GetString(output.Bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries) : null;
    }

    /// <summary>The best common ancestor; null when there is none.</summary>
    public async Task<string?> MergeBaseAsync(string one, string other, CancellationToken cancellation)
    {
        var output = await repositories.Git.RunAsync(Folder, ["merge-base", "--", one, other], cancellation);
        return output.ExitCode == 0 ? Encoding.UTF8.GetString(output.Bytes).Trim() : null;
    }

    private async Task<string?> CommitIdAsync(string reference, CancellationToken cancellation)
    {
        var output = await repositories.Git.RunAsync(
            Folder, ["rev-parse", "--quiet", "--verify", "--end-of-options", reference + "^{commit}"], cancellation);
        return output.ExitCode == 0 ? Encoding.UTF8.GetString(output.Bytes).Trim() : null;
    }

    private async Task<string> TextAsync(IReadOnlyList<string> arguments, CancellationToken cancellation) =>
        Encoding.UTF8.GetString(await repositories.Git.RunCheckedAsync(Folder, arguments, cancellation));

    // git check-ref-format's rules that matter here: no option, no range, no revision syntax, no control characters.
    private static bool IsPlainName(string name) =>
        name.Length is > 0 and < 1024 && name[0] != '-' && !name.Contains("..", StringComparison.Ordinal)
        && !name.Any(c => char.IsControl(c) || c is ' ' or '~' or '^' or ':' or '?' or '*' or '[' or '\\' or '@' && name.Contains("@{", StringComparison.Ordinal));

    private static RefHead ParseHead(string line)
    {
        var parts = line.Split(' ', 3);
        var isTag = parts[2].StartsWith("refs/tags/", StringComparison.Ordinal);
        return new RefHead(parts[2][(isTag ? "refs/tags/" : "refs/heads/").Length..], isTag, parts[1].Length > 0 ? parts[1] : parts[0]);
    }

    /// <summary>Reads one record.</summary>
    public static GitCommit ParseCommit(string record)
    {
        var fields = record.Split(Field, 9);
        return new GitCommit
        {
            Sha = fields[0],
            Parents = fields[1].Split(' ', StringSplitOptions.RemoveEmptyEntries),
            AuthorName = fields[2],
            AuthorEmail = fields[3],
            AuthoredAt = ParseTime(fields[4]),
            CommitterName = fields[5],
            CommitterEmail = fields[6],
            CommittedAt = ParseTime(fields[7]),
            Message = fields[8].TrimEnd('\n'),
        };
    }

    private static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : DateTimeOffset.UnixEpoch;

    private static GitTreeEntry ParseEntry(string line, string prefix)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        var facts = line[..tab].Split(' ');
        return new GitTreeEntry(prefix + line[(tab + 1)..], facts[0], facts[1], facts[2]);
    }
}
