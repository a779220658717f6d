using Gantry.Coordinator.Git;

namespace Gantry.Coordinator.Local;

/// <summary>Writes a folder's files into our repository, through an index of its own.</summary>
/// <param name="root">The folder.</param>
/// <param name="gitFolder">The user's; empty for a folder that is in no repository.</param>
/// <param name="repository">Ours.</param>
internal sealed class WorkTreeStaging(string root, string gitFolder, string repository)
{
    /// <summary>Never part of the commit: our own settings, which may hold secrets.</summary>
    private const string Ours = ":(exclude,top).gantry";

    // Nothing of the user's repository is refreshed, split, watched or hooked into on our account.
    private static readonly string[] Quiet =
    [
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.splitIndex=false", "-c", "advice.addEmbeddedRepo=false",
        "-c", "core.safecrlf=false", "-c", "gc.auto=0", "-c", "commit.gpgSign=false",
    ];

    private readonly string _index = Path.Combine(repository, "work-tree.index");

    /// <summary>The tree of all files, untracked ones too, ignored ones not.</summary>
    /// <exception cref="WorkTreeException">Git refused.</exception>
    public async Task<string> TreeAsync(CancellationToken cancellationToken)
    {
        if (gitFolder.Length > 0 && File.Exists(Path.Combine(gitFolder, "index")))
        {
            // With the user's index at hand git need not read the files that did not change.
            File.Copy(Path.Combine(gitFolder, "index"), _index, overwrite: true);
        }

        await CheckedAsync([.. Quiet, "add", "--all", "--", ".", Ours], Variables(), cancellationToken);
        return (await CheckedAsync([.. Quiet, "write-tree"], Variables(), cancellationToken)).Trim();
    }

    /// <summary>A commit of the tree.</summary>
    /// <param name="tree">Its name.</param>
    /// <param name="parent">Whose message it takes; null for the first commit.</param>
    /// <param name="configuration">The user's name and address, where they are set.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<string> CommitAsync(string tree, GitCommit? parent, IReadOnlyDictionary<string, string> configuration, CancellationToken cancellationToken)
    {
        var (name, email) = (configuration.GetValueOrDefault("user.name", "Local user"), configuration.GetValueOrDefault("user.email", "user@localhost"));
        var variables = Variables();
        variables["GIT_AUTHOR_NAME"] = variables["GIT_COMMITTER_NAME"] = name;
        variables["GIT_AUTHOR_EMAIL"] = variables["GIT_COMMITTER_EMAIL"] = email;
        IReadOnlyList<string> parents = parent is null ? [] : ["-p", parent.Sha];
        var message = parent is { Message.Length: > 0 } ? parent.Message : "Work tree";
        return (await CheckedAsync([.. Quiet, "commit-tree", tree, .. parents, "-m", message], variables, cancellationToken)).Trim();
    }

    private Dictionary<string, string?> Variables()
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GIT_INDEX_FILE"] = _index,
            ["GIT_OBJECT_DIRECTORY"] = Path.Combine(repository, "objects"),
            ["GIT_OPTIONAL_LOCKS"] = "0",
        };
        if (gitFolder.Length == 0)
        {
            variables["GIT_DIR"] = repository;
            variables["GIT_WORK_TREE"] = root;
        }

        return variables;
    }

    private async Task<string> CheckedAsync(IReadOnlyList<string> arguments, Dictionary<string, string?> variables, CancellationToken cancellationToken)
    {
        var run = await UserGit.RunAsync(root, variables, arguments, cancellationToken);
        return run.Code == 0 ? run.Text : throw new WorkTreeException($"git could not read the work tree {root}: {run.Error}");
    }
}
