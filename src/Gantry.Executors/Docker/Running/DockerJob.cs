using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Guests;
using Gantry.Executors.Docker.Keeping;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Docker.Running;

/// <summary>What everything that works for one job needs to know.</summary>
internal sealed record DockerJob
{
    public required JobPlan Plan { get; init; }
    public required DockerSettings Settings { get; init; }
    public required EngineClient Engine { get; init; }
    public required EngineVersion Version { get; init; }
    public required IJobLog Log { get; init; }
    public required TimeProvider Time { get; init; }
    public required JobLabels Labels { get; init; }
    public required Belongings Belongings { get; init; }
    public required EngineLedger Ledger { get; init; }

    /// <summary>Which engine, in the ledger.</summary>
    public required string EngineKey { get; init; }

    /// <summary>Begins the name of every container of this job; unlike the plan's unique name it is never used twice.</summary>
    public required string Name { get; init; }

    /// <summary>The runner's own folder of this job (0700).</summary>
    public required string Folder { get; init; }

    public Guest Guest => Guest.Of(Settings);

    public string Expand(string text) => Plan.Variables.ExpandValue(text);

    /// <summary>Jobs of protected refs keep to themselves (official-executors §2.7).</summary>
    public static bool IsProtected(JobPlan plan)
    {
        // The first value is the server's; a later one is the user's.
        var flag = plan.Payload.Variables.FirstOrDefault(v => v.Key == "CI_COMMIT_REF_PROTECTED")?.Value;
        return (plan.Payload.GitInfo.Protected ?? new JobVariables([new JobVariable { Key = "P", Value = flag ?? "" }]).IsTrue("P"))
            || plan.Payload.Cache.Any(cache => cache.Key.EndsWith("-protected", StringComparison.Ordinal)
                && !cache.Key.EndsWith("-non_protected", StringComparison.Ordinal));
    }
}
