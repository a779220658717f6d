using Gantry.Coordinator.Store;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Queue;

/// <summary>A job handed to a runner, with everything it is told.</summary>
internal sealed record AssignedJob(JobRow Job, JobPayload Payload);
