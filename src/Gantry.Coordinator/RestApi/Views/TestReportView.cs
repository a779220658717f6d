namespace Gantry.Coordinator.RestApi.Views;

/// <summary>All tests of a pipeline.</summary>
internal sealed record TestReportView(
    double TotalTime, int TotalCount, int SuccessCount, int FailedCount, int SkippedCount, int ErrorCount, IReadOnlyList<TestSuiteView> TestSuites);

/// <summary>The tests of one job.</summary>
internal sealed record TestSuiteView(
    string Name, double TotalTime, int TotalCount, int SuccessCount, int FailedCount, int SkippedCount, int ErrorCount, string? SuiteError,
    IReadOnlyList<TestCaseView> TestCases);

/// <summary>One test.</summary>
internal sealed record TestCaseView(
    string Status, string Name, string Classname, string? File, double ExecutionTime, string? SystemOutput, string? StackTrace);

/// <summary>Numbers alone.</summary>
internal sealed record TestSummaryView(TestTotalView Total, IReadOnlyList<TestSuiteSummaryView> TestSuites);

/// <summary>Numbers of all suites.</summary>
internal sealed record TestTotalView(double Time, int Count, int Success, int Failed, int Skipped, int Error, string? SuiteError);

/// <summary>Numbers of one suite.</summary>
internal sealed record TestSuiteSummaryView(
    string Name, double TotalTime, int TotalCount, int SuccessCount, int FailedCount, int SkippedCount, int ErrorCount, IReadOnlyList<long> BuildIds, string? SuiteError);
