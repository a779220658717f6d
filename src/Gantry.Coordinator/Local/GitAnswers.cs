using Gantry.Coordinator.Git;

namespace Gantry.Coordinator.Local;

/// <summary>The questions to git about a folder, asked together; outside of a repository all of them fail alike.</summary>
internal sealed class GitAnswers
{
    private static readonly Dictionary<string, string?> NoMore = [];

    private readonly string _folder;
    private readonly CancellationToken _stop;

    public GitAnswers(string folder, CancellationToken cancellationToken)
    {
        (_folder, _stop) = (folder, cancellationToken);
        Places = AskAsync("rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-object-format", "--git-path", "objects");
        References = AskAsync("for-each-ref", "--format=%(objectname)%09%(refname)%09%(HEAD)%09%(upstream)%09%(symref)", "refs/heads", "refs/tags", "refs/remotes/origin");
        Head = AskAsync("log", "-1", "--no-show-signature", "--no-color", "--encoding=UTF-8", $"--format=%T{RepositoryReader.Field}{RepositoryReader.CommitFormat}");
        Settings = AskAsync("config", "--null", "--get-regexp", "^(user\\.(name|email)|remote\\.origin\\.url)$");
        // Whoever does not come to ask for an answer is not told of its failure.
        foreach (var answer in new[] { Places, References, Head, Settings })
        {
            _ = answer.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    /// <summary>Root, git folder, format of objects, folder of objects.</summary>
    public Task<UserGitRun> Places { get; }

    public Task<UserGitRun> References { get; }

    /// <summary>The tree, then <see cref="RepositoryReader.CommitFormat"/>.</summary>
    public Task<UserGitRun> Head { get; }

    public Task<UserGitRun> Settings { get; }

    /// <summary>The name of the branch that is checked out.</summary>
    public Task<UserGitRun> SymbolicAsync() => AskAsync("symbolic-ref", "--quiet", "--short", "HEAD");

    private Task<UserGitRun> AskAsync(params string[] arguments) => UserGit.RunAsync(_folder, NoMore, arguments, _stop);
}
