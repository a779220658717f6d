namespace Gantry.Protocol;

/// <summary>Header names of the runner API (official-job-protocol §1.2, §1.13, §1.14).</summary>
public static class ProtocolHeaders
{
    public const string RunnerToken = "RUNNER-TOKEN";
    public const string JobToken = "JOB-TOKEN";
    public const string PrivateToken = "PRIVATE-TOKEN";
    public const string RequestId = "X-Request-Id";
    public const string LastUpdate = "X-GitLab-Last-Update";
    public const string JobStatus = "Job-Status";
    public const string TraceUpdateInterval = "X-GitLab-Trace-Update-Interval";
}
