using System.Globalization;
using System.Text;
using Gantry.Engine.Processes;

namespace Gantry.Coordinator.Local;

/// <summary>
/// The user's folder as a commit. Everything that is made (the index, the objects, the commit, the references) goes to a bare
/// repository of ours that borrows the user's objects; nothing of the user's repository, index or files is written.
/// Git runs with the user's own configuration here, as the user would run it: filters and ignored files are theirs.
/// </summary>
public sealed class WorkTree
{
    private const int OutputLimit = 256 << 20;

    /// <summary>Never part of the commit: our own settings, which may hold secrets.</summary>
    private const string Ours = ":(exclude,top).gantry";

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
    public string? Head { get; init; }

    /// <summary>Of <see cref="Head"/>.</summary>
    public string Message { get; init; } = "";

    /// <summary><c>user.name</c>, <c>user.email</c> and <c>remote.origin.url</c> where they are set.</summary>
    public required IReadOnlyDictionary<string, string> Configuration { get; init; }

    /// <summary>Looks at a folder.</summary>
    /// <param name="folder">Inside a repository, or a plain folder. Absolute.</param>
    /// <param name="configurationPath">A plain folder is preferred when only it has this file.</param>
    /// <param name="repository">Where our bare repository goes; must not exist. Null when nothing is to be committed or published.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <exception cref="WorkTreeException">There is no git, or it cannot read the repository.</exception>
    public static async Task<WorkTree> OpenAsync(string folder, string configurationPath, string? repository, CancellationToken cancellationToken)
    {
        var places = await GitAsync(folder, null, ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-object-format", "--git-path", "objects"], cancellationToken);
        var lines = places.Text.Split('\n');
        var isRepository = places.Code == 0 && lines.Length >= 4;
        if (!isRepository && !places.Error.Contains("not a git repository", StringComparison.Ordinal))
        {
            throw new WorkTreeException(places.Error);
        }

        if (isRepository && lines[0] != folder && !File.Exists(Path.Combine(lines[0], configurationPath)) && File.Exists(Path.Combine(folder, configurationPath)))
        {
            isRepository = false;
        }

        return isRepository
            ? await OpenRepositoryAsync(lines[0], lines[1], new OwnRepository(repository, lines[2], Path.GetFullPath(lines[3], folder)), cancellationToken)
            : OpenPlain(folder, new OwnRepository(repository, "sha1", null));
    }

    /// <summary>A commit with the files as they are now, untracked ones too, ignored ones not. HEAD itself when nothing differs.</summary>
    /// <exception cref="WorkTreeException">Git refused.</exception>
    public async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        var index = Path.Combine(Repository, "work-tree.index");
        if (GitFolder.Length > 0 && File.Exists(Path.Combine(GitFolder, "index")))
        {
            // With the user's index at hand git need not read the files that did not change.
            File.Copy(Path.Combine(GitFolder, "index"), index, overwrite: true);
        }

        await CheckedAsync(index, [.. Quiet, "add", "--all", "--", ".", Ours], cancellationToken);
        var tree = (await CheckedAsync(index, [.. Quiet, "write-tree"], cancellationToken)).Trim();
        if (Head is not null && (await CheckedAsync(index, ["rev-parse", "HEAD^{tree}"], cancellationToken)).Trim() == tree)
        {
            return Head;
        }

        IReadOnlyList<string> parent = Head is null ? [] : ["-p", Head];
        return (await CheckedAsync(index, [.. Quiet, "commit-tree", tree, .. parent, "-m", Message.Length == 0 ? "Work tree" : Message], cancellationToken)).Trim();
    }

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

    // Nothing of the user's repository is refreshed, split, watched or hooked into on our account.
    private static readonly string[] Quiet =
    [
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false", "-c", "advice.addEmbeddedRepo=false",
        "-c", "core.safecrlf=false", "-c", "gc.auto=0", "-c", "commit.gpgSign=false",
    ];

    private static async Task<WorkTree> OpenRepositoryAsync(string root, string gitFolder, OwnRepository own, CancellationToken cancellationToken)
    {
        own.Create();
        var listing = GitAsync(
            root, null, ["for-each-ref", "--format=%(objectname)%09%(refname)%09%(HEAD)%09%(upstream)%09%(symref)", "refs/heads", "refs/tags", "refs/remotes/origin"], cancellationToken);
        var settings = GitAsync(root, null, ["config", "--null", "--get-regexp", "^(user\\.(name|email)|remote\\.origin\\.url)$"], cancellationToken);
        var head = GitAsync(root, null, ["log", "-1", "--no-show-signature", "--format=%H%n%B"], cancellationToken);
        var symbolic = GitAsync(root, null, ["symbolic-ref", "--quiet", "--short", "HEAD"], cancellationToken);
        var heads = new ReferenceListing((await listing).Text);
        var branch = (await symbolic).Text.Trim();
        var commit = (await head) is { Code: 0 } found ? found.Text.Split('\n', 2) : [""];
        return new WorkTree(root, gitFolder, own.Folder)
        {
            ObjectFormat = own.ObjectFormat,
            References = heads.References,
            Branch = branch.Length == 0 ? null : branch,
            UpstreamSha = heads.Upstream is { } upstream ? heads.All.GetValueOrDefault(upstream) : null,
            DefaultBranch = heads.DefaultBranch ?? (branch.Length == 0 ? "main" : branch),
            Head = commit[0].Length == 0 ? null : commit[0],
            Message = commit.Length > 1 ? commit[1].TrimEnd('\n') : "",
            Configuration = Settings((await settings).Text),
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

    private async Task<string> CheckedAsync(string index, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GIT_INDEX_FILE"] = index,
            ["GIT_OBJECT_DIRECTORY"] = Path.Combine(Repository, "objects"),
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_AUTHOR_NAME"] = Configuration.GetValueOrDefault("user.name", "Local user"),
            ["GIT_AUTHOR_EMAIL"] = Configuration.GetValueOrDefault("user.email", "user@localhost"),
            ["GIT_COMMITTER_NAME"] = Configuration.GetValueOrDefault("user.name", "Local user"),
            ["GIT_COMMITTER_EMAIL"] = Configuration.GetValueOrDefault("user.email", "user@localhost"),
        };
        if (GitFolder.Length == 0)
        {
            environment["GIT_DIR"] = Repository;
            environment["GIT_WORK_TREE"] = Root;
        }

        var run = await GitAsync(Root, environment, arguments, cancellationToken);
        return run.Code == 0 ? run.Text : throw new WorkTreeException($"git could not read the work tree {Root}: {run.Error}");
    }

    private static async Task<(int Code, string Text, string Error)> GitAsync(
        string folder, Dictionary<string, string?>? environment, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            var run = await ChildProcess.RunAsync(
                new ProcessStart
                {
                    FileName = "git",
                    Arguments = arguments,
                    WorkingFolder = folder,
                    Environment = new ProcessEnvironment
                    {
                        Set = new Dictionary<string, string?>(environment ?? [], StringComparer.Ordinal) { ["LC_ALL"] = "C", ["GIT_TERMINAL_PROMPT"] = "0" },
                    },
                },
                OutputLimit,
                cancellationToken);
            return (run.Exit.Code, Encoding.UTF8.GetString(run.Output), run.Error.Trim());
        }
        catch (ProcessException error)
        {
            throw new WorkTreeException($"git is needed and cannot be started: {error.Message}");
        }
    }
}

/// <summary>The user's folder cannot be used; the message says why.</summary>
public sealed class WorkTreeException(string message) : Exception(message);
