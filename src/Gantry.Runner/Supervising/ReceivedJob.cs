using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Running;
using Gantry.Protocol.Jobs;
using Gantry.Runner.Configuration;

namespace Gantry.Runner.Supervising;

/// <summary>A job as polling hands it over: everything of it is of the moment it came.</summary>
internal sealed record ReceivedJob
{
    public required JobPayload Payload { get; init; }
    public required RunnerEntry Runner { get; init; }
    public required IExecutor Executor { get; init; }
    public required IJobLink Link { get; init; }
    public required string CorrelationId { get; init; }

    /// <summary>Set for a job that an earlier process began.</summary>
    public RecoveredJob? Recovered { get; init; }

    /// <summary>The door of its terminal; null: none was offered. Disposed with the job.</summary>
    public IJobSession? Session { get; init; }

    /// <summary>The place that was kept for it; null: its executor keeps none. Disposed with the job.</summary>
    public IPlaceReservation? Reservation { get; init; }
}
