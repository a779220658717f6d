using System.Text.Json.Serialization;

namespace Gantry.Runner.Control;

/// <summary>One line of JSON from a command to the running daemon.</summary>
/// <param name="Command"><c>status</c>, <c>drain</c>, <c>undrain</c>, <c>reload</c>.</param>
public sealed record ControlRequest(string Command);

/// <summary>The daemon's answer: one line of JSON.</summary>
public sealed record ControlAnswer
{
    /// <summary>What went wrong; null: nothing.</summary>
    public string? Problem { get; init; }

    public DaemonStatus? Status { get; init; }
}

/// <summary>A running daemon at one moment.</summary>
public sealed record DaemonStatus
{
    public required int ProcessId { get; init; }
    public required string Version { get; init; }

    /// <summary><c>starting running graceful-shutdown forceful-shutdown</c>.</summary>
    public required string State { get; init; }

    /// <summary>No jobs are asked for until <c>undrain</c>.</summary>
    public required bool Draining { get; init; }

    public required string ConfigPath { get; init; }

    /// <summary>The last reload failed: the file on disk is not what is in force.</summary>
    public required bool ConfigBroken { get; init; }

    public required DateTimeOffset Started { get; init; }
    public required int Concurrent { get; init; }

    /// <summary>Since the start.</summary>
    public required long JobsReceived { get; init; }

    public required long JobsFailed { get; init; }

    /// <summary>Resident, of the daemon itself.</summary>
    public required long MemoryBytes { get; init; }

    public required IReadOnlyList<RunnerStatus> Runners { get; init; }
    public required IReadOnlyList<JobStatus> Jobs { get; init; }
}

/// <summary>One entry of the file.</summary>
public sealed record RunnerStatus
{
    public required string Name { get; init; }
    public required string Executor { get; init; }
    public required string Url { get; init; }
    public required string ShortToken { get; init; }

    /// <summary>0: no limit of its own.</summary>
    public required int Limit { get; init; }

    public required int Jobs { get; init; }
    public required int Requests { get; init; }

    /// <summary><c>polling</c>, <c>unhealthy</c>, <c>no token</c>, <c>no such executor</c>.</summary>
    public required string State { get; init; }
}

/// <summary>One running job.</summary>
public sealed record JobStatus
{
    public required long Id { get; init; }
    public required string Name { get; init; }
    public required string Project { get; init; }
    public required string Runner { get; init; }
    public required string Url { get; init; }
    public required string Stage { get; init; }

    /// <summary>Since it came.</summary>
    public required double Seconds { get; init; }

    /// <summary>In the stage it is in.</summary>
    public required double StageSeconds { get; init; }

    /// <summary>Null: unknown.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Null: unknown.</summary>
    public long? MemoryBytes { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;
