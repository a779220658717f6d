using Gantry.CommandLine;
using Gantry.Coordinator;
using Gantry.Coordinator.Local;
using Gantry.Exec;
using Gantry.Includes;
using Gantry.Pipelines;
using Gantry.Pipelines.Variables;

namespace Gantry.Ci;

/// <summary>What the compiler is asked: the configuration of the folder, for a reference, a source and variables.</summary>
internal static class CiRequest
{
    private const int NotCreated = 2;

    public static async Task<PipelineRequest> BuildAsync(
        CommandContext context, ExecOptions options, Func<ProjectIdentity, IncludeClient> connect, CancellationToken cancellationToken)
    {
        WorkTree tree;
        try
        {
            tree = await WorkTree.OpenAsync(new WorkTreeOrder(options.Folder, options.ConfigPath, null), cancellationToken);
        }
        catch (WorkTreeException error)
        {
            throw new CommandException(error.Message, NotCreated);
        }

        var folder = new WorkFolder(tree.Root, tree.GitFolder.Length > 0);
        var configuration = await folder.ReadAsync(options.ConfigPath, cancellationToken)
            ?? throw new CommandException($"{Path.Combine(tree.Root, options.ConfigPath)} does not exist; --file names another configuration file", NotCreated);
        var project = ProjectIdentity.Of(tree.Configuration.GetValueOrDefault("remote.origin.url"), tree.Root);
        var source = ExecSource.Describe(options, tree, tree.Head ?? CommitFacts.NoSha);
        var isProtected = source.Reference == tree.DefaultBranch && !source.IsTag;
        return new PipelineRequest
        {
            Configuration = configuration,
            ConfigurationPath = options.ConfigPath,
            Facts = Facts(options, source, isProtected),
            Variables = new VariableLayers
            {
                Project = [.. Project(context, options, tree).Where(variable => isProtected || !variable.IsProtected).Select(VariableOf)],
                Pipeline = [.. options.Variables.Select(text => VariableOf(ProjectVariables.Given(text, context.Environment)))],
            },
            Inputs = InputText.Parse(options.Inputs),
            ChangedFiles = source.MergeRequest is { } request
                ? await folder.ChangedSinceAsync(request.TargetBranch, cancellationToken)
                : source is { Before: { } before } && PipelineSource(options, source) == PipelineSources.Push ? await folder.ChangedAsync(before, cancellationToken) : null,
            Tree = folder,
            Includes = Commands.SourceFlags.Includes(context, options, new OutsideIncludes(connect(project), project.ServerUrl, new OwnProject(project.Path, source.Sha, folder))),
        };
    }

    public static IReadOnlyList<LocalVariable> Project(CommandContext context, ExecOptions options, WorkTree tree) => ProjectVariables.Read(
        options.VariablesFile.Length > 0 ? options.VariablesFile : Path.Combine(tree.Root, ProjectVariables.FileName),
        options.VariablesFile.Length > 0, context.Environment);

    private static string PipelineSource(ExecOptions options, ExecSource source) =>
        options.Source.Length > 0 ? options.Source : source.MergeRequest is null ? PipelineSources.Push : PipelineSources.MergeRequestEvent;

    private static PipelineFacts Facts(ExecOptions options, ExecSource source, bool isProtected) => new()
    {
        Source = PipelineSource(options, source),
        Reference = new GitReference(
            source.Reference,
            source.IsTag ? GitReferenceKind.Tag : source.MergeRequest is null ? GitReferenceKind.Branch : GitReferenceKind.MergeRequest,
            isProtected),
        Commit = new CommitFacts
        {
            Sha = source.Sha,
            BeforeSha = source.Before ?? CommitFacts.NoSha,
            Message = source.Tree.Message,
            Author = $"{source.User.Name} <{source.User.Email}>",
        },
        Project = new ProjectFacts
        {
            FullPath = source.Project.Path,
            Title = source.Project.Path.Split('/')[^1],
            DefaultBranch = source.Tree.DefaultBranch,
            ConfigurationPath = options.ConfigPath,
        },
        Server = new ServerFacts { Url = source.Project.ServerUrl, Version = CoordinatorVersion.GitLab },
        User = new UserFacts { Login = source.User.Login, Name = source.User.Name, Email = source.User.Email },
        MergeRequest = source.MergeRequest,
    };

    private static Variable VariableOf(LocalVariable variable) => new()
    {
        Key = variable.Key,
        Value = variable.Value,
        IsFile = variable.IsFile,
        IsMasked = variable.IsMasked,
        IsProtected = variable.IsProtected,
        IsRaw = variable.IsRaw,
        EnvironmentScope = variable.EnvironmentScope,
    };
}
