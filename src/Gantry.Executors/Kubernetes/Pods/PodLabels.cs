using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.Engine.Plans;
using Gantry.Executors.Kubernetes.Api;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>
/// Names, labels and annotations of a job's pod (official-executors §14.5): the official ones, so that tools which look for them go on
/// working, and Gantry's own, by which a later process finds exactly what is its.
/// </summary>
internal static class PodLabels
{
    /// <summary>Which runner's state folder it belongs to.</summary>
    public const string Owner = "io.gantry.owner";

    /// <summary>Which run of that runner made it.</summary>
    public const string Process = "io.gantry.process";

    /// <summary>The job it belongs to.</summary>
    public const string Job = "io.gantry.job";

    private const int LongestName = 63;
    private const int RandomLength = 8;

    /// <summary>Somebody without a name owns nothing.</summary>
    /// <param name="thing">In the cluster.</param>
    /// <param name="labels">It must have all of them.</param>
    public static bool AreOn(JsonObject thing, IReadOnlyDictionary<string, string> labels) =>
        labels.All(label => label.Value.Length > 0 && thing.At("metadata", "labels").Text(label.Key) == label.Value);

    /// <summary>The unique name of the slot, cut to fit, and eight random characters.</summary>
    public static string NewName(string uniqueName)
    {
        var random = "-" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", RandomLength);
        var room = LongestName - random.Length;
        return (uniqueName.Length > room ? uniqueName[..room] : uniqueName) + random;
    }

    /// <param name="plan">The job.</param>
    /// <param name="surroundings">Whose process this is.</param>
    /// <param name="own">Configured ones, with what the job changes; keys of GitLab's own namespace are left out.</param>
    /// <param name="ignored">Told such keys.</param>
    public static Dictionary<string, string> Labels(
        JobPlan plan, KubernetesSurroundings surroundings, IReadOnlyDictionary<string, string> own, Action<string> ignored)
    {
        var job = plan.Payload.JobInfo;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["pod"] = plan.UniqueName,
            ["job.runner.gitlab.com/pod"] = plan.UniqueName,
            ["project.runner.gitlab.com/id"] = Number(job.ProjectId),
            ["project.runner.gitlab.com/name"] = job.ProjectName,
            ["project.runner.gitlab.com/namespace-id"] = Number(job.NamespaceId),
            ["project.runner.gitlab.com/namespace"] = plan.Variables.Get("CI_PROJECT_NAMESPACE"),
            ["project.runner.gitlab.com/root-namespace"] = plan.Variables.Get("CI_PROJECT_ROOT_NAMESPACE"),
            ["project.runner.gitlab.com/root-namespace-id"] = Number(job.RootNamespaceId),
            ["manager.runner.gitlab.com/name"] = plan.Runner.Name,
            ["manager.runner.gitlab.com/id-short"] = plan.Runner.ShortToken,
        };
        foreach (var (key, value) in own)
        {
            if (IsReserved(key))
            {
                ignored(key);
            }
            else
            {
                labels[key] = plan.Variables.ExpandValue(value);
            }
        }

        if (surroundings.OwnerId.Length > 0)
        {
            labels[Owner] = surroundings.OwnerId;
            labels[Process] = surroundings.ProcessId;
            labels[Job] = Number(plan.Payload.Id);
        }

        return labels.ToDictionary(pair => pair.Key, pair => Value(pair.Value), StringComparer.Ordinal);
    }

    public static Dictionary<string, string> Annotations(JobPlan plan, IReadOnlyDictionary<string, string> own)
    {
        var payload = plan.Payload;
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["job.runner.gitlab.com/id"] = Number(payload.Id),
            ["job.runner.gitlab.com/url"] = $"{ProjectAddress.Of(payload.GitInfo.RepoUrl)}/-/jobs/{Number(payload.Id)}",
            ["job.runner.gitlab.com/sha"] = payload.GitInfo.Sha,
            ["job.runner.gitlab.com/before_sha"] = payload.GitInfo.BeforeSha,
            ["job.runner.gitlab.com/ref"] = payload.GitInfo.Ref,
            ["job.runner.gitlab.com/name"] = payload.JobInfo.Name,
            ["job.runner.gitlab.com/timeout"] = GoDuration.Format(plan.Timeout),
            ["project.runner.gitlab.com/id"] = Number(payload.JobInfo.ProjectId),
        };
        foreach (var (key, value) in own)
        {
            annotations[key] = plan.Variables.ExpandValue(value);
        }

        return annotations;
    }

    /// <summary>What Kubernetes takes as a label's value: other characters become underscores, none at the ends, at most 63.</summary>
    public static string Value(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var c in text.EnumerateRunes())
        {
            kept.Append(c.IsAscii && (char.IsAsciiLetterOrDigit((char)c.Value) || c.Value is '-' or '_' or '.') ? (char)c.Value : '_');
        }

        var value = kept.ToString().Trim('-', '_', '.');
        return (value.Length > LongestName ? value[..LongestName] : value).Trim('-', '_', '.');
    }

    private static bool IsReserved(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? "" : key[..slash];
        return prefix.Equals("runner.gitlab.com", StringComparison.OrdinalIgnoreCase) || prefix.EndsWith(".runner.gitlab.com", StringComparison.OrdinalIgnoreCase);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
