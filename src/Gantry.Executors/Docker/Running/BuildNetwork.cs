using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Running;

/// <summary>Which network the job's containers share (official-executors §2.8).</summary>
internal sealed class BuildNetwork(DockerJob job)
{
    private bool HasServices => job.Settings.Services.Count > 0 || job.Plan.Payload.Services.Count > 0;

    /// <summary>The network mode of every container: configured, an own network for this job, or empty for the engine's default.</summary>
    /// <exception cref="EnvironmentException">The network cannot be made.</exception>
    public async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        if (job.Settings.NetworkMode.Length > 0)
        {
            return job.Settings.NetworkMode;
        }

        if (!job.Plan.Flags[KnownFlags.NetworkPerBuild] && !(job.Guest.NamesNeedNetwork && HasServices))
        {
            return "";
        }

        var name = UniqueName.ForJob(job.Plan.Runner.ShortToken, job.Plan.Payload.JobInfo.ProjectId, job.Plan.Numbers.Project, job.Plan.Payload.Id);
        job.Belongings.AddNetwork(name);
        try
        {
            await job.Engine.Networks.CreateAsync(new NetworkSpec
            {
                Name = name,
                CheckDuplicate = true,
                EnableIPv6 = job.Settings.EnableIPv6,
                Options = job.Settings.NetworkMtu > 0
                    ? new Dictionary<string, string> { ["com.docker.network.driver.mtu"] = job.Settings.NetworkMtu.ToString(CultureInfo.InvariantCulture) }
                    : null,
                Labels = job.Labels.Plain(),
            }, cancellationToken);
            return name;
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"creating the network of this job: {e.Message}", e);
        }
    }
}
