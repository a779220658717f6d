using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Store;
using Microsoft.AspNetCore.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>Keeps what jobs upload (official-job-protocol §1.15), however it reached us.</summary>
internal sealed class ArtifactIntake(CoordinatorServices services)
{
    /// <exception cref="ApiException">Another file of this type is there already.</exception>
    public async Task KeepAsync(JobRow job, ArtifactForm form, CancellationToken cancellation)
    {
        var now = services.Clock.GetUtcNow();
        var placed = false;
        try
        {
            var report = await ReportReading.ReadAsync(services, job, (form.Type, form.Format), form.Upload, cancellation);
            placed = await services.Database.WriteAsync(
                session =>
                {
                    if (session.Artifacts.Find(job.Id, form.Type) is { } earlier)
                    {
                        // A runner that did not hear our answer sends the same again; anything else is a mistake.
                        return earlier.Sha256 == form.Upload.Sha256
                            ? false
                            : throw new ApiException(StatusCodes.Status400BadRequest, "400 Bad request - another artifact of the same type already exists");
                    }

                    var expires = ExpiryText.From(form.ExpireIn, now);
                    var added = session.Artifacts.Add(new JobArtifactRow
                    {
                        Id = 0,
                        JobId = job.Id,
                        ProjectId = job.ProjectId,
                        Type = form.Type,
                        Format = form.Format,
                        FileName = form.FileName,
                        Size = form.Upload.Size,
                        Sha256 = form.Upload.Sha256,
                        CreatedAt = now,
                        ExpireAt = expires,
                    });
                    if (form.Type == "archive" && session.Jobs.Find(job.Id) is { } current)
                    {
                        session.Jobs.Update(current with { ArtifactsExpireAt = expires, UpdatedAt = now });
                    }

                    report(session);
                    services.Artifacts.Place(form.Upload, added);
                    return true;
                },
                cancellation);
        }
        finally
        {
            if (!placed)
            {
                services.Artifacts.Drop(form.Upload);
            }
        }
    }
}
