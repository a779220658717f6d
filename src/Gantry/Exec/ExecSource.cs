using Gantry.CommandLine;
using Gantry.Coordinator.Local;
using Gantry.Pipelines.Variables;

namespace Gantry.Exec;

/// <summary>The commit that is run, and the reference it is run for.</summary>
internal sealed record ExecSource
{
    public required WorkTree Tree { get; init; }
    public required ProjectIdentity Project { get; init; }
    public required LocalUser User { get; init; }
    public required string Sha { get; init; }

    /// <summary>Short name.</summary>
    public required string Reference { get; init; }

    public required bool IsTag { get; init; }

    /// <summary>The commit before the push; null for a new branch.</summary>
    public string? Before { get; init; }

    public required string ConfigPath { get; init; }
    public MergeRequestFacts? MergeRequest { get; init; }

    public bool IsDirty => Sha != Tree.Head;

    /// <exception cref="WorkTreeException">The folder cannot be used.</exception>
    public static async Task<ExecSource> OpenAsync(ExecOptions options, string repository, CancellationToken cancellationToken)
    {
        var tree = await WorkTree.OpenAsync(new WorkTreeOrder(options.Folder, options.ConfigPath, repository) { Stage = !options.Committed }, cancellationToken);
        if (options.Committed && tree.Head is null)
        {
            throw new WorkTreeException($"{tree.Root} has no commit yet; leave --committed out to run the files as they are");
        }

        var sha = options.Committed ? tree.Head! : await tree.CommitAsync(cancellationToken);
        var source = Describe(options, tree, sha);
        tree.Publish((source.IsTag ? "refs/tags/" : "refs/heads/") + source.Reference, sha);
        return source;
    }

    /// <param name="options">What is wanted.</param>
    /// <param name="tree">Where it is.</param>
    /// <param name="sha">The commit of the files.</param>
    public static ExecSource Describe(ExecOptions options, WorkTree tree, string sha)
    {
        var reference = options.Tag.Length > 0 ? options.Tag
            : options.Reference.Length > 0 ? options.Reference
            : tree.Branch ?? tree.DefaultBranch;
        var isTag = options.Tag.Length > 0;
        var login = Login(tree.Configuration.GetValueOrDefault("user.email"));
        return new ExecSource
        {
            Tree = tree,
            Project = ProjectIdentity.Of(tree.Configuration.GetValueOrDefault("remote.origin.url"), tree.Root),
            User = new LocalUser(login, tree.Configuration.GetValueOrDefault("user.name", login), tree.Configuration.GetValueOrDefault("user.email", login + "@localhost")),
            Sha = sha,
            Reference = reference,
            IsTag = isTag,
            Before = isTag ? null : BeforeOf(options, tree, sha),
            ConfigPath = options.ConfigPath,
            MergeRequest = options.MergeRequestTarget is { } target ? Request(tree, reference, sha, target) : null,
        };
    }

    // A push would go from what the branch follows to what is here now; without that it is a new branch.
    private static string? BeforeOf(ExecOptions options, WorkTree tree, string sha)
    {
        if (options.Before.Length > 0)
        {
            return options.Before;
        }

        var upstream = tree.UpstreamSha;
        return upstream is null || upstream != sha ? upstream : null;
    }

    private static MergeRequestFacts Request(WorkTree tree, string branch, string sha, string target)
    {
        var into = target.Length > 0 ? target : tree.DefaultBranch;
        return tree.References.TryGetValue("refs/heads/" + into, out var targetSha)
            ? new MergeRequestFacts
            {
                Id = 1,
                Iid = 1,
                SourceBranch = branch,
                TargetBranch = into,
                Title = $"Merge {branch} into {into}",
                SourceBranchSha = sha,
                TargetBranchSha = targetSha,
                DiffBaseSha = targetSha,
                IsTargetBranchProtected = into == tree.DefaultBranch,
            }
            : throw new CommandException($"--mr {into}: there is no branch {into} to merge into", 2);
    }

    private static string Login(string? email)
    {
        var name = email?.Split('@')[0] ?? "";
        var clean = new string([.. name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')]);
        return clean.Length == 0 ? "user" : clean;
    }
}
