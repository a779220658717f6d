using System.Globalization;
using System.Text;
using Gantry.Coordinator.Git;

namespace Gantry.Coordinator.Local;

/// <summary>
/// The user's folder as a commit. Everything that is made (the index, the objects, the commit, the references) goes to a bare
/// repository of ours that borrows the user's objects; nothing of the user's repository, index or files is written.
/// Git runs with the user's own configuration here, as the user would run it: filters and ignored files are theirs.
/// </summary>
public sealed class WorkTree
{
    private readonly string? _repository;

    private WorkTree(string root, string gitFolder, string? repository)
    {
        (Root, GitFolder, _repository) = (root, gitFolder, repository);
    }

    /// <summary>Where the project's files begin. Absolute.</summary>
    public string Root { get; }

    /// <summary>The user's git folder; empty for a folder that is in no repository.</summary>
    public string GitFolder { get; }

    public required string ObjectFormat { get; init; }

    /// <summary>Branches and tags by full name, and those of <c>origin</c> that have no local branch.</summary>
    public required IReadOnlyDictionary<string, string> References { get; init; }

    /// <summary>The checked-out branch; null when there is none.</summary>
    public string? Branch { get; init; }

    /// <summary>Where the branch is that the checked-out one follows; null when it follows nothing.</summary>
    public string? UpstreamSha { get; init; }

    public required string DefaultBranch { get; init; }

    /// <summary>The commit that is checked out; null before the first one.</summary>
    public string? Head => Checked?.Sha;

    /// <summary>Of <see cref="Head"/>.</summary>
    public string Message => Checked?.Message ?? "";

    /// <summary>The commit of <see cref="Head"/>.</summary>
    internal GitCommit? Checked { get; private init; }

    /// <summary>Of <see cref="Head"/>.</summary>
    private string HeadTree { get; init; } = "";

    /// <summary>The files of the folder as a tree in our repository, under way since the folder was opened; null when that was not wanted.</summary>
    private Task<string>? Staged { get; init; }

    /// <summary><c>user.name</c>, <c>user.email</c> and <c>remote.origin.url</c> where they are set.</summary>
    public required IReadOnlyDictionary<string, string> Configuration { get; init; }

    /// <summary>Looks at a folder.</summary>
    /// <param name="order">Which, and what for.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="WorkTreeException">There is no git, or it cannot read the repository.</exception>
    public static async Task<WorkTree> OpenAsync(WorkTreeOrder order, CancellationToken cancellationToken)
    {
        var folder = order.Folder;
        // All at once: whoever waits has several cores, and each question is a process.
        var answers = new GitAnswers(folder, cancellationToken);
        var places = await answers.Places;
        var lines = places.Text.Split('\n');
        var isRepository = places.Code == 0 && lines.Length >= 4;
        if (!isRepository && !places.Error.Contains("not a git repository", StringComparison.Ordinal))
        {
            throw new WorkTreeException(places.Error);
        }

        if (isRepository && lines[0] != folder && !File.Exists(Path.Combine(lines[0], order.ConfigurationPath)) && File.Exists(Path.Combine(folder, order.ConfigurationPath)))
        {
            isRepository = false;
        }

        return isRepository
            ? await OpenRepositoryAsync(lines[0], lines[1], new OwnRepository(order.Repository, lines[2], Path.GetFullPath(lines[3], folder)), order, answers, cancellationToken)
            : OpenPlain(folder, new OwnRepository(order.Repository, "sha1", null));
    }

    /// <summary>A commit with the files as they are now, untracked ones too, ignored ones not. HEAD itself when nothing differs.</summary>
    /// <exception cref="WorkTreeException">Git refused.</exception>
    public async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        var staging = new WorkTreeStaging(Root, GitFolder, Repository);
        var tree = await (Staged ?? staging.TreeAsync(cancellationToken));
        if (Head is not null && HeadTree == tree)
        {
            return Head;
        }

        return await staging.CommitAsync(tree, Checked, Configuration, cancellationToken);
    }

    /// <summary>What is known of a commit without asking again; null for nothing.</summary>
    internal GitCommit? Find(string sha) => Checked is { } commit && commit.Sha == sha ? commit : null;

    /// <summary>Puts branches and tags into our repository, the pipeline's own one at its commit.</summary>
    /// <param name="reference">Full name.</param>
    /// <param name="sha">Where it points.</param>
    public void Publish(string reference, string sha)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, target) in References)
        {
            all[name] = target;
        }

        all[reference] = sha;
        var text = new StringBuilder();
        foreach (var (name, target) in all)
        {
            text.Append(CultureInfo.InvariantCulture, $"{target} {name}\n");
        }

        File.WriteAllText(Path.Combine(Repository, "packed-refs"), text.ToString());
        File.WriteAllText(Path.Combine(Repository, "HEAD"), $"ref: refs/heads/{DefaultBranch}\n");
    }

    private string Repository => _repository ?? throw new InvalidOperationException("there is no repository to write to");

    private static async Task<WorkTree> OpenRepositoryAsync(
        string root, string gitFolder, OwnRepository own, WorkTreeOrder order, GitAnswers answers, CancellationToken cancellationToken)
    {
        own.Create();
        var staged = order.Stage && own.Folder is not null ? new WorkTreeStaging(root, gitFolder, own.Folder).TreeAsync(cancellationToken) : null;
        var heads = new ReferenceListing((await answers.References).Text);
        var settings = await answers.Settings;
        var head = await answers.Head is { Code: 0 } found ? found.Text.Split(RepositoryReader.Field, 2) : [""];
        // A branch without a commit is not in the listing.
        var branch = heads.Branch ?? (head.Length == 1 ? (await answers.SymbolicAsync()).Text.Trim() : "");
        return new WorkTree(root, gitFolder, own.Folder)
        {
            ObjectFormat = own.ObjectFormat,
            References = heads.References,
            Branch = branch.Length == 0 ? null : branch,
            UpstreamSha = heads.Upstream is { } upstream ? heads.All.GetValueOrDefault(upstream) : null,
            DefaultBranch = heads.DefaultBranch ?? (branch.Length == 0 ? "main" : branch),
            Checked = head.Length == 1 ? null : RepositoryReader.ParseCommit(head[1]),
            HeadTree = head[0],
            Staged = staged,
            Configuration = Settings(settings.Text),
        };
    }

    private static WorkTree OpenPlain(string folder, OwnRepository own)
    {
        own.Create();
        return new WorkTree(folder, "", own.Folder)
        {
            ObjectFormat = own.ObjectFormat,
            References = new Dictionary<string, string>(),
            DefaultBranch = "main",
            Branch = "main",
            Configuration = new Dictionary<string, string>(),
        };
    }

    // Records of `git config --null`: key, line end, value. Later files win.
    private static Dictionary<string, string> Settings(string text)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in text.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (record.Split('\n', 2) is [var key, var value])
            {
                settings[key] = value;
            }
        }

        return settings;
    }
}

/// <summary>The user's folder cannot be used; the message says why.</summary>
public sealed class WorkTreeException(string message) : Exception(message);
