using Gantry.Coordinator.Local;
using Gantry.Executors.Shell;
using Gantry.Protocol.Runners;
using Gantry.Runner.Supervising;

namespace Gantry.Exec;

/// <summary>
/// The runners of a run behind one limit: jobs with an image go to containers where there is an engine, others to the shell.
/// </summary>
/// <param name="shell">Null when every job runs in a container.</param>
/// <param name="docker">Null when no job does.</param>
/// <param name="concurrent">Jobs at once.</param>
/// <param name="jobsFolder">Where the shell keeps its jobs' notes.</param>
internal sealed class ExecRunners(LocalRunner? shell, LocalRunner? docker, int concurrent, string jobsFolder) : IDisposable
{
    private readonly LocalRunner[] _all = [.. new[] { shell, docker }.OfType<LocalRunner>()];

    /// <summary>Keeps failed jobs; null to keep none.</summary>
    public KeptJobs? Kept { get; init; }

    /// <summary>Jobs that could begin at once.</summary>
    public int Free => concurrent - Running;

    /// <summary>Jobs that have not ended.</summary>
    public int Running => _all.Sum(runner => runner.Running);

    public RunnerIdentity Identity => (docker ?? shell)!.Identity;

    public string Name => (shell, docker) switch
    {
        (null, _) => "docker",
        (_, null) => "shell",
        _ => "docker for jobs with an image, shell for others",
    };

    public void Start(LocalAssignment job)
    {
        var runner = job.Payload.Image?.Name is { Length: > 0 } ? docker ?? shell : shell ?? docker;
        // A container ends with its script: there is nothing to enter in it.
        runner!.Start(job.Payload, job.Link, runner == shell ? Kept?.SessionOf(job.Payload.JobInfo.Name) : null);
    }

    /// <summary>Nothing is kept any longer: the user does not want to wait.</summary>
    public void Release() => Kept?.Release();

    public void Cancel(long jobId) => Array.ForEach(_all, runner => runner.Cancel(jobId));

    public void Abort(long jobId) => Array.ForEach(_all, runner => runner.Abort(jobId));

    /// <summary>Nobody waits any more: what runs is killed, containers are removed.</summary>
    public void KillAll()
    {
        Array.ForEach(_all, runner => runner.AbortAll());
        ShellExecutor.KillAll(jobsFolder);
    }

    public void Dispose() => Array.ForEach(_all, runner => runner.Dispose());
}
