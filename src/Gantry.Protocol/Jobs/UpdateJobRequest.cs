using Gantry.Protocol.Runners;

namespace Gantry.Protocol.Jobs;

/// <summary>Body of <c>PUT jobs/:id</c>: keep-alive, acceptance and final status (official-job-protocol §1.13).</summary>
public sealed record UpdateJobRequest
{
    public RunnerIdentity Info { get; init => field = value ?? new(); } = new();

    /// <summary>The job token; the server authenticates by this one.</summary>
    public string Token { get; init => field = value ?? ""; } = "";

    /// <summary><c>running</c>, <c>success</c> or <c>failed</c>.</summary>
    public string State { get; init => field = value ?? ""; } = "";

    public string? FailureReason { get; init; }

    /// <summary>Deprecated copy of <see cref="JobOutputState.Checksum"/>.</summary>
    public string? Checksum { get; init; }

    /// <summary>Always present.</summary>
    public JobOutputState Output { get; init => field = value ?? new(); } = new();

    /// <summary>Absent when 0.</summary>
    public int? ExitCode { get; init; }

    public string? RuntimeEnvironmentKey { get; init; }
}

/// <summary>What the runner knows of the log it wrote: <c>crc32:%08x</c> over all bytes, and their number.</summary>
public sealed record JobOutputState
{
    public string? Checksum { get; init; }
    public long? Bytesize { get; init; }
}
