using Gantry.Engine.Executors;
using Gantry.Engine.Links;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Engine.Sources;
using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Stages;

/// <summary>What every stage of one job is composed from.</summary>
internal sealed record StageContext
{
    public required JobPlan Plan { get; init; }
    public required IShell Shell { get; init; }
    public required ExecutorTraits Traits { get; init; }

    /// <summary>See <see cref="IJobEnvironment.HelperCommand"/>.</summary>
    public required string? HelperCommand { get; init; }

    /// <summary>Request id of the call that brought the job; goes into git's requests.</summary>
    public required string? CorrelationId { get; init; }

    /// <summary>When the job began, for provenance.</summary>
    public required DateTimeOffset Started { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Null: artifacts and caches are for scripts inside the place.</summary>
    public TransferLine? Transfers { get; init; }

    /// <summary>Null: caches stay in the place's cache folder.</summary>
    public ICacheStorage? CacheStorage { get; init; }

    /// <summary>Addresses for the stage that begins, by <see cref="CachePlace.Key"/>.</summary>
    public IReadOnlyDictionary<string, RemoteCache> RemoteCaches { get; init; } = new Dictionary<string, RemoteCache>();

    /// <summary><c>CI_JOB_STATUS</c>: <c>running</c> until after_script (trap 15).</summary>
    public string JobStatus { get; init; } = "running";

    /// <summary>The stage was begun by an earlier process and its script still runs: nothing of its beginning is said again.</summary>
    public bool GoesOn { get; init; }

    public JobVariables Variables => JobStatus == "running"
        ? Plan.Variables
        : Plan.Variables.With(VariableList.Own("CI_JOB_STATUS", JobStatus));

    public SourceContext Git => new(Plan, CorrelationId);

    public ShellOptions Options => new()
    {
        TemporaryFolder = Plan.Folders.Temporary,
        Trace = Plan.Settings.DebugTrace,
        ExitCodeCheck = Plan.Flags[KnownFlags.ExitCodeCheck],
        LegacyEval = Plan.Flags[KnownFlags.LegacyBashEval],
        PosixEscapes = Plan.Flags[KnownFlags.PosixEscapes],
        ScriptSections = Plan.Flags[KnownFlags.ScriptSections],
        PrivateFiles = Plan.SharedEnvironment,
    };

    /// <summary>A script that begins with the job's variables and what earlier stages left in <c>GITLAB_ENV</c>.</summary>
    /// <param name="pathsOnly">File variables are named but not written again: the stage is about to remove them.</param>
    public ScriptBuilder NewScript(bool pathsOnly = false)
    {
        var script = new ScriptBuilder();
        foreach (JobVariable variable in Variables.Distinct().All)
        {
            script.Variable(variable, pathsOnly);
        }

        return script.Add(new Statement.LoadGitLabEnv());
    }
}
