using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;
using Gantry.Pipelines;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.RestApi;

/// <summary>Checks configurations: one that is sent, or the one in the repository.</summary>
internal sealed class LintEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("POST", "projects/{id}/ci/lint", request => CheckAsync(request, "ref", request.Values.Text("content") ?? throw ApiException.BadParameter("content is missing")));
        routes.Map("GET", "projects/{id}/ci/lint", request => CheckAsync(request, "content_ref", content: null));
    }

    private async Task CheckAsync(ApiRequest request, string referenceName, string? content)
    {
        var project = await services.Database.ReadAsync(session => Gate.Project(session, request, AccessLevel.Developer), request.Cancellation);
        var reference = request.Values.Text(referenceName) ?? request.Values.Text("sha") ?? project.DefaultBranch;
        var reader = services.Repository(project.Id);
        var head = await reader.FindHeadAsync(reference, request.Cancellation);
        if (head is null && await reader.ResolveAsync(reference, request.Cancellation) is { } sha)
        {
            head = new RefHead(reference, false, sha);
        }

        var order = new PipelineOrder
        {
            Project = project,
            User = request.Person,
            // A repository without a commit has no files to include, and its configuration can still be checked.
            Head = head ?? new RefHead(reference, false, CommitFacts.NoSha),
            Source = PipelineSources.Push,
            Configuration = content,
        };
        var report = await services.Creator.LintAsync(order, request.Cancellation);
        await request.WriteAsync(View(report, request.Values.Flag("include_jobs") == true), RestJson.Default.LintView);
    }

    private static LintView View(LintReport? report, bool includeJobs)
    {
        if (report is null)
        {
            return new LintView(false, ["Please provide content of .gitlab-ci.yml"], [], null, [], includeJobs ? [] : null);
        }

        var errors = report.Compilation switch
        {
            PipelineCompilation.Rejected rejected => rejected.Problems.Select(problem => problem.Message).Distinct().ToList(),
            PipelineCompilation.Filtered filtered => [filtered.Message],
            _ => [],
        };
        var jobs = (report.Compilation as PipelineCompilation.Created)?.Pipeline.Jobs ?? [];
        return new LintView(
            errors.Count == 0, errors, [.. report.Compilation.Warnings.Select(warning => warning.Message)], report.MergedYaml,
            [.. report.Included.Select(name => new LintIncludeView("file", name))], includeJobs ? [.. jobs.Select(JobOf)] : null);
    }

    private static LintJobView JobOf(JobModel job) => new(
        job.Name, job.Stage, [.. job.Script.Take(job.BeforeScriptLines)], [.. job.Script.Skip(job.BeforeScriptLines)], job.AfterScript, job.Tags,
        job.Environment?.Name, job.When.Keyword(), job.AllowFailure, [.. job.Needs.Select(need => new LintNeedView(need.Job, need.Artifacts, need.Optional))]);
}
