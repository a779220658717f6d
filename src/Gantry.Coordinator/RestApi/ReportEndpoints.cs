using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary>What the tests of a pipeline said.</summary>
internal sealed class ReportEndpoints(CoordinatorServices services)
{
    public void Map(ApiRoutes routes)
    {
        routes.Map("GET", "projects/{id}/pipelines/{pipeline}/test_report", TestsAsync);
        routes.Map("GET", "projects/{id}/pipelines/{pipeline}/test_report_summary", SummaryAsync);
    }

    private async Task TestsAsync(ApiRequest request)
    {
        var suites = await FindAsync(request);
        var views = suites.Select(suite => new TestSuiteView(
            suite.Name, suite.Time, suite.Cases.Count, suite.Count("success"), suite.Count("failed"), suite.Count("skipped"), suite.Count("error"), suite.Error,
            [.. suite.Cases.Select(test => new TestCaseView(test.Status, test.Name, test.ClassName, test.File, test.Seconds, test.Output, null))])).ToList();
        await request.WriteAsync(
            new TestReportView(
                suites.Sum(suite => suite.Time), suites.Sum(suite => suite.Cases.Count), Total(suites, "success"), Total(suites, "failed"), Total(suites, "skipped"),
                Total(suites, "error"), views),
            RestJson.Default.TestReportView);
    }

    private async Task SummaryAsync(ApiRequest request)
    {
        var suites = await FindAsync(request);
        var total = new TestTotalView(
            suites.Sum(suite => suite.Time), suites.Sum(suite => suite.Cases.Count), Total(suites, "success"), Total(suites, "failed"), Total(suites, "skipped"),
            Total(suites, "error"), null);
        await request.WriteAsync(
            new TestSummaryView(total, [.. suites.Select(suite => new TestSuiteSummaryView(
                suite.Name, suite.Time, suite.Cases.Count, suite.Count("success"), suite.Count("failed"), suite.Count("skipped"), suite.Count("error"), [], suite.Error))]),
            RestJson.Default.TestSummaryView);
    }

    private static int Total(IReadOnlyList<TestSuite> suites, string status) => suites.Sum(suite => suite.Count(status));

    private Task<IReadOnlyList<TestSuite>> FindAsync(ApiRequest request) =>
        services.Database.ReadAsync(
            session => session.Reports.TestsOfPipeline(Gate.Pipeline(session, request, Gate.Project(session, request, AccessLevel.Reporter)).Id), request.Cancellation);
}
