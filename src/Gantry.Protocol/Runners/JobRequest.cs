namespace Gantry.Protocol.Runners;

/// <summary>Body of <c>POST jobs/request</c> (official-job-protocol §1.7).</summary>
public sealed record JobRequest
{
    public RunnerIdentity Info { get; init => field = value ?? new(); } = new();
    public string Token { get; init => field = value ?? ""; } = "";
    public string? SystemId { get; init; }

    /// <summary>The last <c>X-GitLab-Last-Update</c> seen with this token. Opaque.</summary>
    public string? LastUpdate { get; init; }

    public SessionOffer? Session { get; init; }
}

/// <summary>Where the runner's session server answers for this job.</summary>
public sealed record SessionOffer
{
    public string? Url { get; init; }
    public string? Certificate { get; init; }
    public string? Authorization { get; init; }
}
