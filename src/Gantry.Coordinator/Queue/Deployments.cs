using Gantry.Coordinator.Store;
using Gantry.Pipelines.Variables;

namespace Gantry.Coordinator.Queue;

/// <summary>What a job that succeeded says about its environment: it stands there now, or it is gone.</summary>
internal static class Deployments
{
    public static void Record(StoreSession session, JobRow job, DateTimeOffset now)
    {
        if (job is not { Status: CiStatus.Success, Environment: not null } || session.Jobs.Definition(job.Id) is not { Environment: { Action: "start" or "stop" } told } definition)
        {
            return;
        }

        var known = session.Environments.FindByName(job.ProjectId, job.Environment);
        if (told.Action == "stop" && known is null)
        {
            return;
        }

        session.Environments.Save(new EnvironmentRow
        {
            Id = 0,
            ProjectId = job.ProjectId,
            Name = job.Environment,
            Slug = told.Slug,
            ExternalUrl = told.Action == "start" ? Address(session, job, definition, told) : known?.ExternalUrl,
            Tier = told.DeploymentTier,
            State = told.Action == "start" ? "available" : "stopped",
            LastJobId = told.Action == "start" ? job.Id : known?.LastJobId,
            CreatedAt = known?.CreatedAt ?? now,
            UpdatedAt = now,
        });
    }

    // The job may have made the address itself, in a dotenv report.
    private static string? Address(StoreSession session, JobRow job, JobDefinition definition, DefinedEnvironment told)
    {
        if (told.Url is not { Length: > 0 } url)
        {
            return null;
        }

        var values = definition.Variables.Select(variable => KeyValuePair.Create(variable.Key, variable.Value))
            .Concat(session.Reports.Dotenv(job.Id))
            .Append(new("CI_ENVIRONMENT_SLUG", told.Slug)).Append(new("CI_ENVIRONMENT_NAME", told.Name)).Append(new("CI_COMMIT_REF_NAME", job.Ref))
            .ToList();
        var address = Expansion.Expand(url, name => values.LastOrDefault(value => value.Key == name).Value);
        return Uri.TryCreate(address, UriKind.Absolute, out var found) && found.Scheme is "http" or "https" ? address : null;
    }
}
