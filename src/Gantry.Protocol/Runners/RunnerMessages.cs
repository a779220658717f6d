namespace Gantry.Protocol.Runners;

/// <summary>Body of <c>POST runners</c>: legacy registration with a registration token (official-job-protocol §1.6).</summary>
public sealed record RegisterRunnerRequest
{
    public string Token { get; init => field = value ?? ""; } = "";
    public RunnerIdentity Info { get; init => field = value ?? new(); } = new();
    public string? Description { get; init; }
    public string? MaintenanceNote { get; init; }

    /// <summary>Comma-separated.</summary>
    public string? TagList { get; init; }

    public bool RunUntagged { get; init; }
    public bool Locked { get; init; }
    public bool Paused { get; init; }

    /// <summary><c>not_protected</c> or <c>ref_protected</c>; absent when empty.</summary>
    public string? AccessLevel { get; init; }

    /// <summary>Seconds; absent when unset.</summary>
    public int? MaximumTimeout { get; init; }
}

/// <summary>201 of <c>POST runners</c>.</summary>
public sealed record RegisterRunnerResponse
{
    public long Id { get; init; }
    public string Token { get; init => field = value ?? ""; } = "";
    public DateTimeOffset? TokenExpiresAt { get; init; }
}

/// <summary>Body of <c>POST runners/verify</c>. <see cref="Info"/> must be complete.</summary>
public sealed record VerifyRunnerRequest
{
    public RunnerIdentity Info { get; init => field = value ?? new(); } = new();
    public string Token { get; init => field = value ?? ""; } = "";
    public string? SystemId { get; init; }
}

/// <summary>200 of <c>POST runners/verify</c>.</summary>
public sealed record VerifyRunnerResponse
{
    public long Id { get; init; }
    public string Token { get; init => field = value ?? ""; } = "";
    public DateTimeOffset? TokenExpiresAt { get; init; }
}

/// <summary>Body of <c>DELETE runners</c>.</summary>
public sealed record UnregisterRunnerRequest
{
    public string Token { get; init => field = value ?? ""; } = "";
}

/// <summary>Body of <c>DELETE runners/managers</c>.</summary>
public sealed record UnregisterManagerRequest
{
    public string Token { get; init => field = value ?? ""; } = "";
    public string SystemId { get; init => field = value ?? ""; } = "";
}

/// <summary>Body of <c>POST runners/reset_authentication_token</c>.</summary>
public sealed record ResetTokenRequest
{
    public string Token { get; init => field = value ?? ""; } = "";
}

/// <summary>201 of the token resets.</summary>
public sealed record ResetTokenResponse
{
    public string Token { get; init => field = value ?? ""; } = "";
    public DateTimeOffset? TokenExpiresAt { get; init; }
}

/// <summary>200 of <c>GET runners/router/discovery</c>.</summary>
public sealed record RouterDiscoveryResponse
{
    public string ServerUrl { get; init => field = value ?? ""; } = "";
}
