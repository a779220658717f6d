using System.Globalization;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Views;
using Gantry.Pipelines;
using Gantry.Pipelines.Problems;
using Gantry.Pipelines.Variables;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.Web.Pages;

/// <summary>Checks a configuration as if it were pushed to the default branch.</summary>
internal static class LintPages
{
    public static async Task FormAsync(ProjectVisit visit)
    {
        visit.Demand(AccessLevel.Developer);
        var head = await visit.Repository.FindHeadAsync(visit.Project.DefaultBranch, visit.Cancellation);
        var current = head is null ? null : await new RepositoryTree(visit.Repository, head.Sha).ReadAsync(visit.Project.CiConfigPath, visit.Cancellation);
        await ShowAsync(visit, new LintView { Scope = visit.Scope, Project = visit.Project, Content = current ?? "", Head = head?.Sha ?? "" });
    }

    public static async Task CheckAsync(ProjectVisit visit, WebForm form)
    {
        visit.Demand(AccessLevel.Developer);
        var content = form["content"].ReplaceLineEndings("\n");
        await ShowAsync(visit, Typed(visit, form, content) with { Result = await CheckAsync(visit, content) });
    }

    /// <summary>The editor as it was, and why the commit was not made.</summary>
    public static async Task ShowRefusedAsync(ProjectVisit visit, WebForm form, string error)
    {
        var content = form["content"].ReplaceLineEndings("\n");
        await ShowAsync(visit, Typed(visit, form, content) with { Result = await CheckAsync(visit, content), Error = error });
    }

    private static LintView Typed(ProjectVisit visit, WebForm form, string content) => new()
    {
        Scope = visit.Scope,
        Project = visit.Project,
        Content = content,
        Head = form["expected"],
        Branch = form["branch"] is { Length: > 0 } branch ? branch : null,
        Message = form["message"] is { Length: > 0 } message ? message : null,
    };

    private static async Task<LintResult> CheckAsync(ProjectVisit visit, string content)
    {
        if (string.IsNullOrWhiteSpace(content))
            return new LintResult(false, [new Problem { Message = "Please provide content of .gitlab-ci.yml" }], [], null);

        var compilation = await PipelineCompiler.CompileAsync(await RequestAsync(visit, content), visit.Cancellation);
        return compilation switch
        {
            PipelineCompilation.Created created => new LintResult(true, [], compilation.Warnings, created.Pipeline),
            PipelineCompilation.Rejected rejected => new LintResult(false, rejected.Problems, compilation.Warnings, null),
            PipelineCompilation.Filtered filtered => new LintResult(true, [], [.. compilation.Warnings, new Problem { Message = filtered.Message }], null),
            _ => throw new InvalidOperationException($"unknown outcome {compilation}"),
        };
    }

    private static async Task<PipelineRequest> RequestAsync(ProjectVisit visit, string content)
    {
        var project = visit.Project;
        var head = await visit.Repository.FindHeadAsync(project.DefaultBranch, visit.Cancellation);
        var commit = head is null ? null : await visit.Repository.CommitAsync(head.Sha, visit.Cancellation);
        var sha = head?.Sha ?? CommitFacts.NoSha;
        var variables = await visit.ReadAsync(session => new VariableLayers
        {
            Instance = VariableMapping.Visible(session.Variables.Of(VariableStore.Instance), isProtected: false),
            Project = VariableMapping.Visible(session.Variables.Of(project.Id), isProtected: false),
        });
        return new PipelineRequest
        {
            Configuration = content,
            ConfigurationPath = project.CiConfigPath,
            Facts = Facts(visit, sha, commit),
            Variables = variables,
            Tree = new RepositoryTree(visit.Repository, sha),
            Includes = new ProjectIncludes(visit.Services.Database, visit.Services.Repositories, visit.Request.Caller),
        };
    }

    private static PipelineFacts Facts(ProjectVisit visit, string sha, GitCommit? commit)
    {
        var (project, user) = (visit.Project, visit.Request.User);
        return new PipelineFacts
        {
            Source = PipelineSources.Push,
            Reference = new GitReference(project.DefaultBranch, GitReferenceKind.Branch, IsProtected: false),
            Commit = new CommitFacts
            {
                Sha = sha,
                BeforeSha = CommitFacts.NoSha,
                Message = commit?.Message ?? "",
                Author = commit is null ? "" : $"{commit.AuthorName} <{commit.AuthorEmail}>",
                Timestamp = (commit?.CommittedAt ?? visit.Request.Now).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
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
            Server = new ServerFacts { Url = visit.Services.Address.Url, Version = CoordinatorVersion.GitLab },
            User = new UserFacts { Id = user.Id, Login = user.Username, Name = user.Name, Email = user.Email },
            Iid = 1,
        };
    }

    private static Task ShowAsync(ProjectVisit visit, LintView view) => visit.Request.ShowAsync(
        visit.Frame(ProjectTab.Lint, visit.Request.Words.Lint, Slice.Lint(view)) with { Answer = Slice.LintAnswer(view) },
        view.Error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
}
