using System.Globalization;

namespace Gantry.Executors.Docker.Containers;

/// <summary>
/// Labels of everything made for one job (official-executors §2.10). The official ones, so that scripts which look for them go
/// on working, and Gantry's own, by which a later process finds exactly what is its.
/// </summary>
internal sealed class JobLabels(JobFacts facts, IReadOnlyDictionary<string, string> configured)
{
    public const string Prefix = "com.gitlab.gitlab-runner.";

    /// <summary>Which runner process's state folder it belongs to.</summary>
    public const string Owner = "io.gantry.owner";

    /// <summary>Which run of that runner made it.</summary>
    public const string Process = "io.gantry.process";

    /// <summary>The job it belongs to.</summary>
    public const string Job = "io.gantry.job";

    /// <summary>What a thing is good for after the job: <c>job</c> goes with it, <c>cache</c> stays.</summary>
    public const string Life = "io.gantry.life";

    /// <summary>The set that everything carries.</summary>
    public Dictionary<string, string> Plain(params IReadOnlyList<(string Key, string Value)> more)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Prefix + "job.id"] = facts.JobId.ToString(CultureInfo.InvariantCulture),
            [Prefix + "job.url"] = $"{facts.ProjectUrl}/-/jobs/{facts.JobId}",
            [Prefix + "job.sha"] = facts.Sha,
            [Prefix + "job.before_sha"] = facts.BeforeSha,
            [Prefix + "job.ref"] = facts.Ref,
            [Prefix + "job.timeout"] = facts.Timeout,
            [Prefix + "project.id"] = facts.ProjectId.ToString(CultureInfo.InvariantCulture),
            [Prefix + "project.runner_id"] = facts.ProjectNumber.ToString(CultureInfo.InvariantCulture),
            [Prefix + "pipeline.id"] = facts.PipelineId,
            [Prefix + "runner.id"] = facts.ShortToken,
            [Prefix + "runner.local_id"] = facts.RunnerNumber.ToString(CultureInfo.InvariantCulture),
            [Prefix + "runner.system_id"] = facts.SystemId,
            [Prefix + "managed"] = "true",
        };
        foreach (var (key, value) in more)
        {
            labels[Prefix + key] = value;
        }

        if (facts.Owner.Length > 0)
        {
            labels[Owner] = facts.Owner;
            labels[Process] = facts.Process;
            labels[Job] = facts.JobId.ToString(CultureInfo.InvariantCulture);
            labels[Life] = "job";
        }

        return labels;
    }

    /// <summary>The build container: the plain set, its type, and the configured labels as they are.</summary>
    public Dictionary<string, string> Build() => Merge(Plain(("type", "build")));

    /// <summary>The container of hooks.</summary>
    public Dictionary<string, string> Predefined() => Merge(Plain(("type", "predefined")));

    /// <summary>A service: the configured labels come twice, plain and prefixed, as they always did.</summary>
    public Dictionary<string, string> Service(string name, string version) =>
        Merge(Plain([("type", "service"), ("service", name), ("service.version", version), .. configured.Select(pair => (pair.Key, pair.Value))]));

    /// <summary>A volume of the runner.</summary>
    public Dictionary<string, string> Volume(string destination, bool isProtected, bool reusable)
    {
        var labels = Plain(("type", "cache"), ("destination", destination), ("protected", isProtected ? "true" : "false"),
            ("reusable", reusable ? "true" : "false"));
        if (reusable && facts.Owner.Length > 0)
        {
            labels[Life] = "cache";
        }

        return labels;
    }

    private Dictionary<string, string> Merge(Dictionary<string, string> labels)
    {
        foreach (var (key, value) in configured)
        {
            labels[key] = value;
        }

        return labels;
    }
}

/// <summary>What labels say about a job.</summary>
internal sealed record JobFacts
{
    public long JobId { get; init; }

    /// <summary>Without login and <c>.git</c>; empty when unknown.</summary>
    public string ProjectUrl { get; init; } = "";

    public string Sha { get; init; } = "";
    public string BeforeSha { get; init; } = "";
    public string Ref { get; init; } = "";

    /// <summary>Go's text, such as <c>2h0m0s</c>.</summary>
    public string Timeout { get; init; } = "";

    public long ProjectId { get; init; }
    public int ProjectNumber { get; init; }

    /// <summary>Empty when unknown.</summary>
    public string PipelineId { get; init; } = "";

    public string ShortToken { get; init; } = "";
    public int RunnerNumber { get; init; }
    public string SystemId { get; init; } = "";

    /// <summary>Empty for none: see <see cref="JobLabels.Owner"/>.</summary>
    public string Owner { get; init; } = "";

    /// <summary>See <see cref="JobLabels.Process"/>.</summary>
    public string Process { get; init; } = "";

    /// <summary>The payload's number, else the variable, else nothing.</summary>
    public static string Pipeline(long payload, string? variable) =>
        payload > 0 ? payload.ToString(CultureInfo.InvariantCulture) : variable ?? "";
}
