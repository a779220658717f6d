namespace Gantry.Pipelines.States;

/// <summary>
/// What an event did to one job, to be stored and acted on: <c>pending</c> goes to the queue (a bridge: to the creation of
/// its downstream), <c>scheduled</c> to a timer, <c>waiting_for_resource</c> to the resource group, <c>canceling</c> to the runner.
/// </summary>
/// <param name="Before">Null for a new attempt.</param>
/// <param name="After">The row to store.</param>
public sealed record JobChange(JobState? Before, JobState After);
