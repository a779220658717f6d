using System.Globalization;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>Puts the list of variables together in GitLab's order (official-job-protocol §5.1), not expanded yet.</summary>
internal static class VariableList
{
    /// <summary>What settings and flags are read from: the entry's <c>environment</c>, then the payload with nothing left out.</summary>
    public static JobVariables ForSettings(JobPayload payload, RunnerSettings runner) =>
        new JobVariables([.. RunnerEnvironment(runner), .. payload.Variables]).Expand();

    /// <param name="request">The job and the runner entry.</param>
    /// <param name="flags">Resolved; payload variables of their names are left out.</param>
    /// <param name="folders">Null while they are not known: the variables about them are then absent.</param>
    /// <param name="buildsFolder">Known earlier than the rest, because <c>GIT_CLONE_PATH</c> refers to it.</param>
    public static JobVariables Build(PlanRequest request, FeatureFlags flags, JobFolders? folders, string buildsFolder)
    {
        var list = new List<JobVariable>();
        list.AddRange(flags.Values.Select(flag => Own(flag.Key, flag.Value ? "true" : "false")));
        if (request.Payload.Image is { Name.Length: > 0 } image)
        {
            list.Add(Own("CI_JOB_IMAGE", image.Name));
        }

        list.Add(Own("CI_RUNNER_SHORT_TOKEN", request.Runner.ShortToken));
        list.AddRange(RunnerEnvironment(request.Runner));
        list.AddRange(Places(request, folders, buildsFolder));
        list.AddRange(Tls(request.Tls));
        list.AddRange(request.Payload.Variables.Where(v => !flags.Values.ContainsKey(v.Key)));
        list.Add(Own(request.Defaults.SharedEnvironment ? "CI_SHARED_ENVIRONMENT" : "CI_DISPOSABLE_ENVIRONMENT", "true"));
        list.AddRange(Product(request.Runner.Version));
        list.AddRange(request.Secrets);
        if (folders is not null)
        {
            list.Add(Own(JobVariables.TemporaryFolderKey, folders.Temporary));
        }

        if (flags[KnownFlags.NetworkPerBuild])
        {
            list.Add(Own("CI_BUILD_NETWORK_NAME", UniqueName.ForJob(
                request.Runner.ShortToken, request.Payload.JobInfo.ProjectId, request.Numbers.Project, request.Payload.Id)));
        }

        return new JobVariables(list);
    }

    public static TimeSpan TimeoutOf(JobPayload payload) =>
        TimeSpan.FromSeconds(payload.RunnerInfo.Timeout > 0 ? payload.RunnerInfo.Timeout : 7200);

    /// <summary>A variable the runner makes itself.</summary>
    public static JobVariable Own(string key, string value) => new() { Key = key, Value = value, Public = true, Internal = true };

    private static IEnumerable<JobVariable> Places(PlanRequest request, JobFolders? folders, string buildsFolder) =>
    [
        Own("CI_BUILDS_DIR", buildsFolder),
        Own("CI_PROJECT_DIR", folders?.Project ?? ""),
        Own("CI_CONCURRENT_ID", request.Numbers.Runner.ToString(CultureInfo.InvariantCulture)),
        Own("CI_CONCURRENT_PROJECT_ID", request.Numbers.Project.ToString(CultureInfo.InvariantCulture)),
        Own("CI_SERVER", "yes"),
        Own("CI_JOB_STATUS", "running"),
        Own("CI_JOB_TIMEOUT", ((long)TimeoutOf(request.Payload).TotalSeconds).ToString(CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<JobVariable> Tls(TlsContents tls)
    {
        if (!string.IsNullOrEmpty(tls.CaChain))
        {
            yield return Own("CI_SERVER_TLS_CA_FILE", tls.CaChain) with { File = true };
        }

        if (!string.IsNullOrEmpty(tls.Certificate) && !tls.Key.IsEmpty)
        {
            yield return Own("CI_SERVER_TLS_CERT_FILE", tls.Certificate) with { File = true };
            yield return Own("CI_SERVER_TLS_KEY_FILE", tls.Key.Reveal()) with { File = true, Public = false };
        }
    }

    private static IEnumerable<JobVariable> Product(ProductVersion version) =>
    [
        Own("CI_RUNNER_VERSION", version.Version),
        Own("CI_RUNNER_REVISION", version.Revision),
        Own("CI_RUNNER_EXECUTABLE_ARCH", $"{version.Platform}/{version.Architecture}"),
    ];

    private static IEnumerable<JobVariable> RunnerEnvironment(RunnerSettings runner) =>
        from entry in runner.Environment
        let at = entry.IndexOf('=', StringComparison.Ordinal)
        where at > 0
        select new JobVariable { Key = entry[..at].Trim(), Value = entry[(at + 1)..], Internal = true };
}
