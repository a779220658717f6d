namespace Gantry.Coordinator.RestApi.Views;

/// <summary>Why a job waits.</summary>
internal sealed record ExplainView(long JobId, string Status, string Summary, IReadOnlyList<ExplainRunnerView> Runners);

/// <summary>What one runner says to it; <c>reason</c> is null when it would take the job.</summary>
internal sealed record ExplainRunnerView(
    long Id, string Description, string RunnerType, string Status, bool Matches, string? Reason, string? Message);
