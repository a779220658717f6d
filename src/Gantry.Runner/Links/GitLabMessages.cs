using Gantry.Engine;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Runners;

namespace Gantry.Runner.Links;

/// <summary>What came of <c>POST runners</c>.</summary>
public abstract record RegisterAnswer
{
    private RegisterAnswer() { }

    public sealed record Registered(long Id, Secret Token, DateTimeOffset? TokenExpiresAt) : RegisterAnswer;

    /// <summary>Anything but a 201. The log says why.</summary>
    public sealed record Refused(string StatusText) : RegisterAnswer;
}

/// <summary>What came of <c>POST runners/verify</c>: only a 403 means that the server does not know the runner.</summary>
public abstract record VerifyAnswer
{
    private VerifyAnswer() { }

    /// <param name="Id">0 from servers that answer in plain text.</param>
    public sealed record Valid(long Id, Secret Token, DateTimeOffset? TokenExpiresAt) : VerifyAnswer;

    public sealed record Rejected : VerifyAnswer;

    /// <summary>The server could not say: the runner counts as good.</summary>
    public sealed record Unknown(string StatusText) : VerifyAnswer;
}

/// <summary>What came of a token reset.</summary>
public abstract record ResetTokenAnswer
{
    private ResetTokenAnswer() { }

    public sealed record Renewed(Secret Token, DateTimeOffset? TokenExpiresAt) : ResetTokenAnswer;

    public sealed record Refused(string StatusText) : ResetTokenAnswer;
}

/// <summary>How one job request goes.</summary>
public sealed record JobRequestOptions
{
    /// <summary>Where the job's terminal would answer.</summary>
    public SessionOffer? Session { get; init; }

    /// <summary>
    /// The server may hold the request while nothing changed. False leaves <c>last_update</c> out, without which it
    /// answers at once.
    /// </summary>
    public bool Holds { get; init; } = true;
}

/// <summary>What came of <c>POST jobs/request</c> (official-job-protocol §1.7).</summary>
/// <param name="Retried">A retriable status was met on the way: the adaptive limit is halved.</param>
public abstract record JobRequestAnswer(bool Retried)
{
    /// <param name="CorrelationId">Also the Gitaly correlation id of the job.</param>
    public sealed record Received(JobPayload Job, string CorrelationId, bool Retried) : JobRequestAnswer(Retried);

    public sealed record None(bool Retried) : JobRequestAnswer(Retried);

    /// <summary>Counts as unhealthy: 403, or no request could be made.</summary>
    public sealed record Refused(string StatusText, bool Retried) : JobRequestAnswer(Retried);

    /// <summary>Counts as healthy: 409, 5xx, network, an undecodable job.</summary>
    public sealed record Failed(string StatusText, bool Retried) : JobRequestAnswer(Retried);
}
