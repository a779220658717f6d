using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Protocol.Runners;

namespace Gantry.Executors.Shell;

/// <summary>
/// Runs jobs as processes of this machine, without any isolation (official-executors §9): one login shell per stage with
/// the script on its standard input, in a session of its own.
/// </summary>
/// <param name="user">Whose shell runs the scripts, by <c>su</c>; empty for the runner's own user.</param>
/// <param name="workingFolder">Absolute; the scripts start here, and the default folders are below it.</param>
/// <param name="time">The clock of the terminate and kill waits.</param>
public sealed class ShellExecutor(string user, string workingFolder, TimeProvider time) : IExecutor
{
    private static readonly string[] Shells = ["bash", "sh", "pwsh"];

    /// <summary>What holds before there is an entry; the folders are relative to a working folder.</summary>
    public static ExecutorTraits ShellTraits { get; } = new()
    {
        DefaultBuildsFolder = "builds",
        DefaultCacheFolder = "cache",
        SharedBuildsFolder = true,
        SharedEnvironment = true,
        CustomBuildDirAllowed = false,
        SafeDirectoryCheckout = false,
        CleanGitConfig = false,
        DefaultShell = "bash",
        PlaceIsWindows = OperatingSystem.IsWindows(),
        NamesRunnerHost = false,
        // Names the shell of the job, so it is printed by PrepareAsync.
        Announcement = null,
        Features = new RunnerFeatures { Variables = true, Shared = true, Session = true, Terminal = true },
    };

    public string Name => "shell";

    /// <summary>
    /// A folder of the runner's own for mirrors and checkouts: the runner's process then brings sources, caches and artifacts
    /// itself. Only where runner and jobs are the same user. Null: scripts do it, as with the official runner.
    /// </summary>
    public string? StateFolder { get; init; }

    /// <summary>Said in the log when <see cref="StateFolder"/> is set.</summary>
    public string HostName { get; init; } = "localhost";

    public ExecutorTraits Traits { get; } = ShellTraits with
    {
        DefaultBuildsFolder = Path.Combine(workingFolder, "builds"),
        DefaultCacheFolder = Path.Combine(workingFolder, "cache"),
    };

    public Task<IJobEnvironment> PrepareAsync(EnvironmentRequest request, IJobLog log, CancellationToken cancellationToken)
    {
        var shell = request.Plan.Shell;
        log.Line($"Using Shell ({shell}) executor...");
        if (OperatingSystem.IsWindows())
        {
            throw EnvironmentException.Misconfigured("the shell executor does not run on Windows yet; use the docker executor");
        }

        if (!Shells.Contains(shell))
        {
            throw EnvironmentException.Misconfigured(
                $"the shell executor does not know the shell \"{shell}\"; set `shell` of the runner to one of {string.Join(", ", Shells)}");
        }

        var asFile = shell == "pwsh" && request.Plan.Flags["FF_DISABLE_POWERSHELL_STDIN"];
        if (asFile && user.Length > 0)
        {
            throw EnvironmentException.Misconfigured("powershell doesn't support changing user with the shell executor");
        }

        var place = new ShellPlace(ShellCommand.For(shell, login: true, user), workingFolder, time)
        {
            Interactive = ShellCommand.Interactive(shell, user),
            ScriptFile = asFile ? "script.ps1" : null,
        };
        var environment = new ShellEnvironment(place, request);
        return Task.FromResult<IJobEnvironment>(StateFolder is { } state ? new ReachableShell(environment, state, HostName) : environment);
    }

    /// <summary>Kills what runs of all jobs whose folders are below: for a user who does not want to wait any longer.</summary>
    public static void KillAll(string jobsFolder)
    {
        if (!Directory.Exists(jobsFolder))
        {
            return;
        }

        foreach (var notes in Directory.EnumerateFiles(jobsFolder, "sessions", SearchOption.AllDirectories))
        {
            SessionNotes.In(Path.GetDirectoryName(notes)!).KillAll();
        }
    }

    /// <summary>
    /// The shells of an earlier process wrote into its pipes, which ended with it: such a job cannot go on. What is left
    /// of it is killed.
    /// </summary>
    public Task<Reopening> ReopenAsync(EnvironmentRequest request, EnvironmentHandle handle, CancellationToken cancellationToken)
    {
        SessionNotes.In(request.JobFolder).KillAll();
        return Task.FromResult<Reopening>(new Reopening.Lost(""));
    }
}

/// <summary>How the executor starts shells.</summary>
internal sealed record ShellPlace(ShellCommand Command, string WorkingFolder, TimeProvider Time)
{
    /// <summary>For people who enter the job's place.</summary>
    public required ShellCommand Interactive { get; init; }

    /// <summary>The shell reads its script from a file of this name in the job's own folder; null: from standard input.</summary>
    public string? ScriptFile { get; init; }
}
