using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>What a payload is built from.</summary>
/// <param name="Job">The job as assigned.</param>
/// <param name="Definition">What it does.</param>
/// <param name="Runner">Who gets it.</param>
/// <param name="Token">Its token, in clear: it is told once.</param>
internal sealed record PayloadRequest(JobRow Job, JobDefinition Definition, KnownRunner Runner, string Token)
{
    /// <summary>The token must not reach a log through the record's text.</summary>
    public override string ToString() => $"{Job.Name} for runner {Runner.Runner.Id}";
}
