using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>What is read out of an uploaded report at once, to be kept in the same write as the file.</summary>
internal static class ReportReading
{
    /// <exception cref="ReportException">The report cannot be taken.</exception>
    public static async Task<Action<StoreSession>> ReadAsync(
        CoordinatorServices services, JobRow job, (string Type, string Format) kind, ArtifactUpload upload, CancellationToken cancellation)
    {
        if (kind.Type is not ("dotenv" or "junit"))
        {
            return _ => { };
        }

        await using var file = services.Artifacts.OpenRead(upload);
        if (kind.Type == "dotenv")
        {
            var variables = await DotenvReport.ReadAsync(file, kind.Format, cancellation);
            return session => session.Reports.SetDotenv(job.Id, variables);
        }

        var suite = await JUnitReport.ReadAsync(job.Name, file, kind.Format, cancellation);
        return session => session.Reports.SetTests(job.Id, suite);
    }
}
