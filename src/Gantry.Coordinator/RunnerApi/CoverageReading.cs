using Gantry.Coordinator.Store;
using Gantry.Coordinator.Traces;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>Looks for the coverage of a job that is about to end, before its end is written, so that its pipeline's average has it.</summary>
internal static class CoverageReading
{
    public static async Task KeepAsync(CoordinatorServices services, long jobId, CancellationToken cancellation)
    {
        var pattern = await services.Database.ReadAsync(session => session.Jobs.Definition(jobId).Coverage, cancellation);
        if (pattern is null || services.Traces.OpenRead(jobId) is not { } log)
        {
            return;
        }

        await using (log)
        {
            if (await CoverageText.FindAsync(log, pattern, cancellation) is { } coverage)
            {
                await services.Database.WriteAsync(session => Keep(session, jobId, coverage), cancellation);
            }
        }
    }

    private static void Keep(StoreSession session, long jobId, double coverage)
    {
        if (session.Jobs.Find(jobId) is { } job && CiStatus.IsExecuting(job.Status))
        {
            session.Jobs.Update(job with { Coverage = coverage });
        }
    }
}
