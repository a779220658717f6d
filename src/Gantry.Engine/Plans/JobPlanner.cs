using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>
/// Compiles a payload to a plan: <c>payload + runner entry + executor defaults → variables → settings → folders → stages</c>.
/// Pure; never throws for what a payload says.
/// </summary>
public static class JobPlanner
{
    private const string AfterScriptName = "after_script";

    public static Compilation Compile(PlanRequest request)
    {
        var warnings = new List<string>();
        var (flags, settings) = ReadSettings(request.Payload, request.Runner, warnings);
        warnings.AddRange(KnownFlags.WarningsOf(flags));
        var builds = GuestPath.ToSlash(request.Runner.BuildsFolder ?? request.Defaults.BuildsFolder ?? "");
        var early = VariableList.Build(request, flags, folders: null, builds).Expand();
        var (folders, problem) = request.Defaults.FoldersComeLater
            ? (JobFolders.Unknown, null)
            : FolderLayout.Resolve(request, settings.Strategy, early.Get("GIT_CLONE_PATH"));
        if (folders is null)
        {
            return new Compilation.Refused(FailureReason.RunnerConfigurationError, problem ?? "");
        }

        var variables = request.Defaults.FoldersComeLater ? early : VariableList.Build(request, flags, folders, builds).Expand();
        return new Compilation.Planned(new JobPlan
        {
            Payload = request.Payload,
            Runner = request.Runner,
            Variables = variables,
            Folders = folders,
            Flags = flags,
            Settings = settings,
            Numbers = request.Numbers,
            Shell = request.Runner.Shell is { Length: > 0 } shell ? shell : request.Defaults.Shell,
            PlaceIsWindows = request.Defaults.PlaceIsWindows,
            Image = request.Payload.Image is { Name.Length: > 0 } image ? variables.ExpandValue(image.Name) : null,
            ImageOptions = request.Payload.Image is { } options ? Expanded(options, variables) : null,
            Services = [.. request.Payload.Services.Select(service => Service(Expanded(service, variables), variables))],
            Timeout = VariableList.TimeoutOf(request.Payload),
            Stages = Stages(request.Payload, flags, folders, variables),
            Warnings = warnings,
            UniqueName = UniqueName.ForProject(request.Runner.ShortToken, request.Payload.JobInfo.ProjectId, request.Numbers.Project),
            SharedEnvironment = request.Defaults.SharedEnvironment,
            SafeDirectoryCheckout = request.Runner.SafeDirectoryCheckout ?? request.Defaults.SafeDirectoryCheckout,
            CleanGitConfig = request.Runner.CleanGitConfig ?? request.Defaults.CleanGitConfig,
        });
    }

    /// <summary>Flags and settings alone: known before anything else is, because the log needs them.</summary>
    public static (FeatureFlags Flags, JobSettings Settings) ReadSettings(JobPayload payload, RunnerSettings runner, List<string> warnings)
    {
        var given = VariableList.ForSettings(payload, runner);
        var flags = FeatureFlags.Resolve(runner.FeatureFlags, given, warnings);
        return (flags, JobSettings.Read(given, payload.AllowGitFetch, payload.GitInfo.Depth, runner.DebugTraceDisabled, warnings));
    }

    private static PlannedService Service(JobImage image, JobVariables variables) => new(
        image,
        (image.Alias ?? "").Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries),
        variables.ForService(image.Variables));

    private static JobImage Expanded(JobImage image, JobVariables variables) => image with
    {
        Name = variables.ExpandValue(image.Name),
        Alias = image.Alias is null ? null : variables.ExpandValue(image.Alias),
    };

    private static List<PlannedStage> Stages(JobPayload payload, FeatureFlags flags, JobFolders folders, JobVariables variables)
    {
        List<PlannedStage> stages = [new PlannedStage.PrepareScript(), new PlannedStage.GetSources()];
        var caches = CachePlanner.Entries(payload, flags, folders, variables);
        if (caches.Count > 0)
        {
            stages.Add(new PlannedStage.RestoreCache(caches));
        }

        var producers = payload.Dependencies.Where(d => d.ArtifactsFile is { Filename.Length: > 0 }).ToList();
        if (producers.Count > 0)
        {
            stages.Add(new PlannedStage.DownloadArtifacts(producers));
        }

        stages.AddRange(payload.Steps.Where(step => step.Name != AfterScriptName)
            .Select(step => new PlannedStage.Step(step.Name, ScriptOf(step, variables))));
        stages.AddRange(payload.Steps.Where(step => step.Name == AfterScriptName && step.Script.Count > 0)
            .Take(1).Select(step => new PlannedStage.AfterScript(step.Script)));
        foreach (var failed in new[] { false, true })
        {
            AddIfAny(stages, caches.Where(c => Fits(c.When, failed)).ToList(), list => new PlannedStage.ArchiveCache(list, failed));
        }

        foreach (var failed in new[] { false, true })
        {
            var entries = payload.Artifacts.Where(a => Fits(a.When, failed) && (a.Paths.Count > 0 || a.Exclude.Count > 0 || a.Untracked));
            AddIfAny(stages, entries.ToList(), list => new PlannedStage.UploadArtifacts(list, failed));
        }

        stages.Add(new PlannedStage.Cleanup());
        return stages;
    }

    // Only the release step's lines are expanded by the runner; all others are left to the shell (§5.2).
    private static IReadOnlyList<string> ScriptOf(JobStep step, JobVariables variables) =>
        step.Name == "release" ? [.. step.Script.Select(variables.ExpandValue)] : step.Script;

    private static void AddIfAny<T>(List<PlannedStage> stages, IReadOnlyList<T> entries, Func<IReadOnlyList<T>, PlannedStage> make)
    {
        if (entries.Count > 0)
        {
            stages.Add(make(entries));
        }
    }

    private static bool Fits(string when, bool jobFailed) => when switch
    {
        "" or "on_success" => !jobFailed,
        "on_failure" => jobFailed,
        "always" => true,
        _ => false,
    };
}
