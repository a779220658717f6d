using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator.Creation;

/// <summary>A push becomes pipelines: one for each branch and tag that has a new head (ci-yaml §18.1).</summary>
internal sealed partial class PushHandler(Database database, Repositories repositories, PipelineCreator creator, ILogger<PushHandler> log)
{
    // A push of more refs than this is a mirror, not somebody's work: the first ones get pipelines.
    private const int RefsWithPipelines = 4;

    public async Task HandleAsync(Push push, CancellationToken cancellation)
    {
        await AdoptDefaultBranchAsync(push, cancellation);
        var options = PushOptions.Parse(push.Options);
        if (options.NoPipeline)
        {
            return;
        }

        var project = await database.ReadAsync(session => session.Projects.Find(push.Project.Id), cancellation) ?? push.Project;
        foreach (var change in push.Changes.Where(change => change.After is not null).Take(RefsWithPipelines))
        {
            var outcome = await creator.CreateAsync(
                new PipelineOrder
                {
                    Project = project,
                    User = push.User,
                    Head = new RefHead(change.Name, change.IsTag, change.After!),
                    Before = change.Before,
                    Source = PipelineSources.Push,
                    Variables = options.Variables,
                    Inputs = options.Inputs,
                    KeepErrors = true,
                    MaySkip = true,
                    Skip = options.Skip,
                },
                cancellation);
            if (outcome is PipelineCreation.Refused refused)
            {
                Log.None(log, project.FullPath, change.Name, refused.Text);
            }
        }
    }

    // The first branch of an empty repository becomes its default branch.
    private async Task AdoptDefaultBranchAsync(Push push, CancellationToken cancellation)
    {
        var project = push.Project;
        if (push.Changes.FirstOrDefault(change => change is { IsTag: false, Before: null, After: not null }) is not { } first)
        {
            return;
        }

        var branches = (await new RepositoryReader(repositories, project.Id).HeadsAsync(cancellation)).Where(head => !head.IsTag).Select(head => head.Name).ToHashSet();
        if (branches.Contains(project.DefaultBranch) || branches.Count > push.Changes.Count)
        {
            return;
        }

        await repositories.SetDefaultBranchAsync(project.Id, first.Name, cancellation);
        await database.WriteAsync(
            session =>
            {
                session.Projects.Update(project with { DefaultBranch = first.Name });
                session.Projects.Unprotect(project.Id, "branch", project.DefaultBranch);
                session.Projects.Protect(project.Id, "branch", first.Name, AccessLevel.Maintainer);
            },
            cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "no pipeline for {Project} at {Ref}: {Reason}")]
        public static partial void None(ILogger logger, string project, string @ref, string reason);
    }
}
