using System.Globalization;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;
using Gantry.Pipelines;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Creation;

/// <summary>
/// Makes pipelines (ci-yaml §18): read the configuration at the commit, compile it, keep pipeline, jobs and needs in one
/// write, make the commit fetchable, and only then let the jobs go. Thread-safe.
/// </summary>
internal sealed class PipelineCreator(
    Database database, Repositories repositories, ArtifactFiles artifacts, JobLifecycle lifecycle, ServerAddress address, TimeProvider clock)
{
    private static readonly TimeSpan SupersedeWindow = TimeSpan.FromDays(7);

    /// <summary>Asked for includes that this server does not have; null: there are no others.</summary>
    public IIncludeSource? Elsewhere { get; init; }

    public async Task<PipelineCreation> CreateAsync(PipelineOrder order, CancellationToken cancellation)
    {
        var reader = new RepositoryReader(repositories, order.Project.Id);
        if ((order.Commit ?? await reader.CommitAsync(order.Head.Sha, cancellation)) is not { } commit)
        {
            return new PipelineCreation.Refused(["Reference not found"]);
        }

        var draft = await DraftAsync(order, commit, reader, cancellation);
        if (order.MaySkip && (order.Skip || SkipMark.IsIn(commit.Message)))
        {
            return await KeepAsync(draft, pipeline => pipeline with { Status = CiStatus.Skipped, FinishedAt = pipeline.CreatedAt }, null, cancellation);
        }

        var tree = new RepositoryTree(reader, order.Head.Sha);
        if ((order.Configuration ?? await tree.ReadAsync(order.Project.CiConfigPath, cancellation)) is not { } configuration)
        {
            return new PipelineCreation.Refused(["Missing CI config file"]);
        }

        var compilation = await PipelineCompiler.CompileAsync(await RequestAsync(draft, configuration, tree, reader, cancellation), cancellation);
        switch (compilation)
        {
            case PipelineCompilation.Created created when Unsupported(created.Pipeline) is { Count: > 0 } problems:
                return order.KeepErrors
                    ? await KeepAsync(draft, pipeline => Failed(pipeline, string.Join(", ", problems)), null, cancellation)
                    : new PipelineCreation.Refused(problems);
            case PipelineCompilation.Created created:
                return await StartAsync(draft, order.Select?.Invoke(created.Pipeline) ?? created.Pipeline, cancellation);
            case PipelineCompilation.Rejected rejected when order.KeepErrors:
                return await KeepAsync(draft, pipeline => Failed(pipeline, rejected.YamlErrors), null, cancellation);
            case PipelineCompilation.Rejected rejected:
                return new PipelineCreation.Refused([.. rejected.Problems.Select(problem => problem.Message).Distinct()]) { Problems = rejected.Problems };
            case PipelineCompilation.Filtered filtered:
                return new PipelineCreation.Refused([filtered.Message])
                {
                    Reason = filtered.Reason == FilterReason.WorkflowRules ? "filtered_by_workflow_rules" : "filtered_by_rules",
                };
            default:
                throw new InvalidOperationException($"unknown outcome {compilation}");
        }
    }

    /// <summary>What would become of the order, and the configuration as merged; nothing is kept. Null when there is no configuration.</summary>
    public async Task<LintReport?> LintAsync(PipelineOrder order, CancellationToken cancellation)
    {
        var reader = new RepositoryReader(repositories, order.Project.Id);
        var tree = new RepositoryTree(reader, order.Head.Sha);
        if ((order.Configuration ?? await tree.ReadAsync(order.Project.CiConfigPath, cancellation)) is not { } configuration)
        {
            return null;
        }

        var commit = await reader.CommitAsync(order.Head.Sha, cancellation) ?? GitCommit.None;
        var draft = await DraftAsync(order, commit, reader, cancellation);
        return await PipelineLint.CheckAsync(await RequestAsync(draft, configuration, tree, reader, cancellation), cancellation);
    }

    /// <summary>What a form is to ask before the order is given; nothing when there is no configuration.</summary>
    public async Task<PipelineQuestions> AskAsync(PipelineOrder order, CancellationToken cancellation)
    {
        var reader = new RepositoryReader(repositories, order.Project.Id);
        var tree = new RepositoryTree(reader, order.Head.Sha);
        if ((order.Configuration ?? await tree.ReadAsync(order.Project.CiConfigPath, cancellation)) is not { } configuration)
        {
            return PipelineQuestions.None;
        }

        var commit = await reader.CommitAsync(order.Head.Sha, cancellation) ?? GitCommit.None;
        var draft = await DraftAsync(order, commit, reader, cancellation);
        return await PipelineForm.ReadAsync(await RequestAsync(draft, configuration, tree, reader, cancellation), cancellation);
    }

    /// <summary>Pipelines that were kept but not let go before the process ended.</summary>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        foreach (var pipeline in await database.ReadAsync(session => session.Pipelines.InStatus(CiStatus.Created), cancellation))
        {
            await repositories.KeepPipelineAsync(pipeline.ProjectId, pipeline.Id, pipeline.Sha, cancellation);
            await database.WriteAsync(session => lifecycle.Begin(session, pipeline.Id), cancellation);
        }
    }

    private async Task<PipelineDraft> DraftAsync(PipelineOrder order, GitCommit commit, RepositoryReader reader, CancellationToken cancellation)
    {
        var (head, project) = (order.Head, order.Project);
        var tagMessage = head.IsTag ? await reader.TagMessageAsync(head.Name, cancellation) : null;
        var (isProtected, iid) = await database.ReadAsync(
            session => (Permissions.IsProtected(session, project.Id, head.Name, head.IsTag), session.Projects.LastPipelineIid(project.Id) + 1), cancellation);
        return new PipelineDraft(order, commit, new PipelineFacts
        {
            Source = order.Source,
            Reference = new Pipelines.Variables.GitReference(head.Name, KindOf(order), isProtected),
            Commit = new CommitFacts
            {
                Sha = head.Sha,
                BeforeSha = order.Before ?? CommitFacts.NoSha,
                Message = commit.Message,
                Author = $"{commit.AuthorName} <{commit.AuthorEmail}>",
                Timestamp = commit.CommittedAt.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
                TagMessage = tagMessage,
            },
            Project = new ProjectFacts
            {
                Id = project.Id,
                FullPath = project.FullPath,
                Title = project.Name,
                Description = project.Description,
                NamespaceId = project.NamespaceId,
                Visibility = project.Visibility,
                DefaultBranch = project.DefaultBranch,
                ConfigurationPath = project.CiConfigPath,
            },
            Server = new ServerFacts { Url = address.Url, Version = CoordinatorVersion.GitLab },
            User = new UserFacts { Id = order.User.Id, Login = order.User.Username, Name = order.User.Name, Email = order.User.Email },
            MergeRequest = order.MergeRequest,
            Iid = iid,
            IsTriggered = order.Triggered,
            ScheduleDescription = order.ScheduleDescription,
            Upstream = order.Upstream is { } upstream ? new UpstreamFacts(upstream.ProjectId, upstream.PipelineId, upstream.Id) : null,
        });
    }

    private async Task<PipelineRequest> RequestAsync(
        PipelineDraft draft, string configuration, IRepositoryTree tree, RepositoryReader reader, CancellationToken cancellation)
    {
        var order = draft.Order;
        var variables = await database.ReadAsync(
            session => new VariableLayers
            {
                Instance = VariableMapping.Visible(session.Variables.Of(VariableStore.Instance), draft.IsProtected),
                Project = VariableMapping.Visible(session.Variables.Of(order.Project.Id), draft.IsProtected),
                Pipeline = [.. order.Variables.Select(VariableMapping.ToVariable)],
            },
            cancellation);
        return new PipelineRequest
        {
            Configuration = configuration,
            ConfigurationPath = order.Project.CiConfigPath,
            Facts = draft.Facts,
            Variables = variables,
            Inputs = order.Inputs,
            ChangedFiles = await ChangedAsync(order, reader, cancellation),
            Tree = tree,
            Includes = new ProjectIncludes(database, repositories, new Caller.Person(order.User, null, null)) { Parent = order.Upstream, Artifacts = artifacts, Elsewhere = Elsewhere },
        };
    }

    private static async Task<IReadOnlyList<string>?> ChangedAsync(PipelineOrder order, RepositoryReader reader, CancellationToken cancellation)
    {
        var before = order switch
        {
            { MergeRequest.TargetBranchSha: { } target } => await reader.MergeBaseAsync(target, order.Head.Sha, cancellation) ?? target,
            { Source: PipelineSources.Push, Head.IsTag: false } => order.Before,
            _ => null,
        };
        return before is null ? null : await reader.ChangedAsync(before, order.Head.Sha, cancellation);
    }

    private Task<PipelineCreation> StartAsync(PipelineDraft draft, PipelineModel model, CancellationToken cancellation) =>
        KeepAsync(
            draft,
            pipeline => pipeline with
            {
                Name = model.Name,
                Stages = model.Stages,
                AutoCancelOnNewCommit = model.AutoCancel.OnNewCommit.ToString().ToLowerInvariant(),
                AutoCancelOnJobFailure = model.AutoCancel.OnJobFailureCancelAll ? "all" : "none",
            },
            model,
            cancellation);

    // ci-yaml §20: older pipelines of the same ref, of another commit, not children (those follow their parents).
    private void SupersedeOlder(StoreSession session, ProjectRow project, PipelineRow newer)
    {
        if (!project.AutoCancel || newer.UpstreamJobId is not null)
        {
            return;
        }

        foreach (var older in session.Pipelines.AliveBefore(newer, newer.CreatedAt - SupersedeWindow))
        {
            lifecycle.Supersede(session, older, newer.Id);
        }
    }

    // What is good configuration and this server has not: told, rather than left out of the job.
    private static List<string> Unsupported(PipelineModel pipeline) =>
    [
        .. pipeline.Jobs.SelectMany(job => job.Secrets.Where(secret => secret.Provider == "gitlab_secrets_manager")
            .Select(secret => $"jobs:{job.Name}:secrets:{secret.Name} this server has no secrets manager of its own; use vault, gcp_secret_manager, azure_key_vault or aws_secrets_manager")),
        .. pipeline.Jobs.SelectMany(job => job.CrossNeeds.Where(need => need is { Project: not null, Artifacts: true, Optional: false })
            .Select(need => $"jobs:{job.Name}:needs:project this server does not pass artifacts from one project to another ({need.Project}); fetch them in the script through the API")),
    ];

    private static GitReferenceKind KindOf(PipelineOrder order) =>
        order.Head.IsTag ? GitReferenceKind.Tag : order.MergeRequest is null ? GitReferenceKind.Branch : GitReferenceKind.MergeRequest;

    private static PipelineRow Failed(PipelineRow pipeline, string errors) =>
        pipeline with { Status = CiStatus.Failed, YamlErrors = errors, FailureReason = "config_error", FinishedAt = pipeline.CreatedAt };

    private async Task<PipelineCreation> KeepAsync(
        PipelineDraft draft, Func<PipelineRow, PipelineRow> shape, PipelineModel? model, CancellationToken cancellation)
    {
        var order = draft.Order;
        var pipeline = await database.WriteAsync(
            session =>
            {
                var iid = session.Projects.NextPipelineIid(order.Project.Id);
                var added = session.Pipelines.Add(shape(draft.Row(iid, clock.GetUtcNow())));
                session.Pipelines.SetFacts(added.Id, draft.Facts with { Iid = iid });
                session.Pipelines.AddVariables(added.Id, order.Variables);
                session.Projects.Touch(order.Project.Id, added.CreatedAt);
                if (order.Upstream is { } bridge && session.Jobs.Find(bridge.Id) is { } asking)
                {
                    session.Jobs.Update(asking with { DownstreamPipelineId = added.Id });
                }

                foreach (var job in model?.Jobs ?? [])
                {
                    if (job.ResourceGroup is { } group)
                    {
                        session.ResourceGroups.Ensure(order.Project.Id, group, added.CreatedAt);
                    }

                    session.Jobs.Add(JobMapping.Row(added, order.Project, job), JobMapping.Definition(order.Project, job), JobMapping.Needs(job));
                }

                return added;
            },
            cancellation);
        if (model is null)
        {
            return new PipelineCreation.Created(pipeline);
        }

        // Jobs go only when their commit can be fetched. What happens from here on is also done at the next start.
        await repositories.KeepPipelineAsync(order.Project.Id, pipeline.Id, pipeline.Sha, CancellationToken.None);
        return await database.WriteAsync(
            session =>
            {
                lifecycle.Begin(session, pipeline.Id);
                SupersedeOlder(session, order.Project, pipeline);
                return new PipelineCreation.Created(session.Pipelines.Find(pipeline.Id)!);
            },
            CancellationToken.None);
    }
}
