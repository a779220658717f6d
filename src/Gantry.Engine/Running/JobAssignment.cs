using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Stages;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Running;

/// <summary>One job as it was received: what the supervisor hands to the engine.</summary>
public sealed record JobAssignment
{
    public required JobPayload Payload { get; init; }

    /// <summary>The runner entry's snapshot at the moment the job came.</summary>
    public required RunnerSettings Runner { get; init; }

    public required IExecutor Executor { get; init; }
    public required IJobLink Link { get; init; }
    public required JobNumbers Numbers { get; init; }

    /// <summary>The folder that holds one journal folder per job (mode 0700).</summary>
    public required string JournalRoot { get; init; }

    /// <summary>Null: caches stay in the place's cache folder.</summary>
    public ICacheStorage? CacheStorage { get; init; }

    /// <summary>Null: secrets of other stores are not resolved.</summary>
    public ISecretResolver? Secrets { get; init; }

    /// <summary>Between two pieces of the log until the server names another interval; null for GitLab's three seconds.</summary>
    public TimeSpan? LogInterval { get; init; }

    /// <summary>Request id of the <c>jobs/request</c> call: <c>X-Gitaly-Correlation-ID</c> of git calls.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>Null: artifacts and caches are for helper commands inside the job's place.</summary>
    public IFileTransfers? Transfers { get; init; }

    /// <summary>Null: nobody watches.</summary>
    public IJobProgress? Progress { get; init; }

    /// <summary>Set for a job that an earlier process began: it goes on. Null: it begins.</summary>
    public RecoveredJob? Recovered { get; init; }

    /// <summary>Lets people into the job's place; null: there is no session server.</summary>
    public IJobSession? Session { get; init; }

    /// <inheritdoc cref="EnvironmentRequest.Reservation"/>
    public IPlaceReservation? Reservation { get; init; }
}
