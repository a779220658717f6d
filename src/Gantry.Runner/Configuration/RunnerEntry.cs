using Gantry.Engine.Plans;
using Gantry.Runner.Caches;
using Gantry.Runner.Links;

namespace Gantry.Runner.Configuration;

/// <summary>One <c>[[runners]]</c> entry as an immutable snapshot: what jobs keep, and what polling goes by.</summary>
public sealed record RunnerEntry
{
    /// <summary>Position in the file, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>What jobs see; the token and address are already expanded.</summary>
    public required RunnerSettings Settings { get; init; }

    /// <summary>All keys, for the settings of the executor: <c>Table.Table("docker")</c>.</summary>
    public required ConfigTable Table { get; init; }

    /// <summary>Jobs at once; 0: no limit of its own.</summary>
    public int Limit { get; init; }

    /// <summary>Job requests at once; at least 1.</summary>
    public int RequestConcurrency { get; init; } = 1;

    /// <summary>No immediate next request after a job was received.</summary>
    public bool StrictCheckInterval { get; init; }

    /// <summary>Refused requests in a row until the entry is left alone.</summary>
    public int UnhealthyRequestsLimit { get; init; } = 3;

    /// <summary>For how long it is left alone.</summary>
    public TimeSpan UnhealthyInterval { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Where caches are kept besides the machine.</summary>
    public CacheSettings Cache { get; init; } = new();

    /// <summary>Global labels with the entry's own over them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public DateTimeOffset? TokenObtainedAt { get; init; }
    public DateTimeOffset? TokenExpiresAt { get; init; }

    /// <summary>Key of the client that serves it.</summary>
    public required GitLabEndpoint Endpoint { get; init; }

    /// <summary>An entry without a token is never polled.</summary>
    public bool HasToken => Settings.Token.Reveal().Trim().Length > 0;

    /// <summary>What only the configuration can say about the runner.</summary>
    public IdentityFacts Facts =>
        new(Settings.Executor.StartsWith("docker", StringComparison.Ordinal) ? Table.TableOrEmpty("docker").Text("gpus") : "", Labels);
}
