using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>Hands one job to one runner, inside a write.</summary>
internal sealed class Assignment(JobLifecycle lifecycle, PayloadBuilder payloads, TimeProvider clock)
{
    /// <summary>
    /// Null when the job is no longer to be had or needs what the runner cannot do. A runner with two-phase acceptance gets it
    /// reserved, still pending, until it says that it runs (official-job-protocol §1.12); for others it runs from now.
    /// </summary>
    public AssignedJob? TryAssign(StoreSession session, long jobId, KnownRunner runner)
    {
        if (session.Jobs.Find(jobId) is not { Status: CiStatus.Pending, AssignedAt: null } job)
        {
            return null;
        }

        var definition = session.Jobs.Definition(jobId);
        var features = runner.Machine.Features;
        if (RequiredFeatures.Missing(definition, features).Count > 0)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var maximum = runner.Runner.MaximumTimeout is { } seconds && seconds < job.Timeout ? seconds : (int?)null;
        job = job with
        {
            RunnerId = runner.Runner.Id,
            MachineId = runner.Machine.Id,
            AssignedAt = now,
            CancelGracefully = features.CancelGracefully,
            Timeout = maximum ?? job.Timeout,
            TimeoutSource = maximum is null ? job.TimeoutSource : "runner",
            UpdatedAt = now,
        };
        var token = TokenHash.Create("glcbt-");
        session.Jobs.SetToken(jobId, token);
        if (runner.Terminal is { } terminal)
        {
            session.Terminals.Set(jobId, terminal);
        }

        if (features.TwoPhaseJobCommit)
        {
            session.Jobs.Update(job);
        }
        else
        {
            job = lifecycle.Start(session, job);
        }

        return new AssignedJob(job, payloads.Build(session, new PayloadRequest(job, definition, runner, token)));
    }
}
