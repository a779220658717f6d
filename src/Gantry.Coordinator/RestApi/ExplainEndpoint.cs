using System.Text.RegularExpressions;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>Why a pending job waits: <c>GET projects/:id/jobs/:job_id/explain</c>, which GitLab does not have.</summary>
internal sealed partial class ExplainEndpoint(CoordinatorServices services)
{
    public void Map(ApiRoutes routes) => routes.Map("GET", "projects/{id}/jobs/{job}/explain", ExplainAsync);

    private async Task ExplainAsync(ApiRequest request)
    {
        var now = services.Clock.GetUtcNow();
        var view = await services.Database.ReadAsync(
            session =>
            {
                var job = Gate.Job(session, request, Gate.Project(session, request, AccessLevel.Reporter));
                var answers = job.Status == CiStatus.Pending ? Explanation.Of(session, job, now) : [];
                return new ExplainView(
                    job.Id, job.Status, Summary(job, answers),
                    [
                        .. answers.Select(answer => new ExplainRunnerView(
                            answer.Runner.Id, answer.Runner.Description, answer.Runner.Type, answer.Runner.Status(now), answer.Why is null,
                            answer.Why is { } why ? Name(why) : null, answer.Why?.Text)),
                    ]);
            },
            request.Cancellation);
        await request.WriteAsync(view, RestJson.Default.ExplainView);
    }

    private static string Summary(JobRow job, IReadOnlyList<RunnerVerdict> answers) => job switch
    {
        { Status: CiStatus.Pending, AssignedAt: not null } => "A runner was given the job and is about to start it.",
        { Status: CiStatus.WaitingForResource } => $"The job waits for the resource group {job.ResourceGroup}.",
        { Status: not CiStatus.Pending } => $"The job does not wait for a runner: it is {job.Status}.",
        _ when answers.Count == 0 => "There is no runner for this project: register one.",
        _ when answers.Any(answer => answer.Why is null) => "A runner may take the job: it is busy, or has not asked yet.",
        _ => "No runner takes the job, for the reasons below.",
    };

    private static string Name(Refusal why) => Upper().Replace(why.GetType().Name, "_$0").TrimStart('_').ToLowerInvariant();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Upper();
}
