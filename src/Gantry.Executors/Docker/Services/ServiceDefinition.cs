using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Images;
using Gantry.Executors.Images;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Docker.Services;

/// <summary>One service of a job, from the configuration or from the job.</summary>
internal sealed record ServiceDefinition
{
    public required string Name { get; init; }
    public string? Alias { get; init; }
    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    public IReadOnlyList<JobVariable> Variables { get; init; } = [];
    public IReadOnlyList<string> PullPolicy { get; init; } = [];
    public ImageOptions Options { get; init; } = ImageOptions.None;

    /// <summary>Services of the configuration first, then the job's; only the job's are checked against the list (§2.11).</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="job">The job's services.</param>
    /// <param name="expand">Replaces job variables.</param>
    /// <param name="refuse">Told each line for the user when an image is not allowed.</param>
    /// <exception cref="EnvironmentException">Not allowed, or too many.</exception>
    public static IReadOnlyList<ServiceDefinition> Collect(
        DockerSettings settings, IReadOnlyList<JobImage> job, Func<string, string> expand, Action<string> refuse)
    {
        List<ServiceDefinition> all = [.. settings.Services.Select(service => Of(service, expand))];
        var own = all.Select(service => service.Name).ToList();
        foreach (var wanted in job.Select(image => Of(image, expand)))
        {
            if (!AllowedImages.IsAllowed(wanted.Name, settings.AllowedServices, own))
            {
                foreach (var line in AllowedImages.Refusal("services", wanted.Name, settings.AllowedServices))
                {
                    refuse(line);
                }

                throw new EnvironmentException(Protocol.FailureReason.RunnerSystemFailure, "disallowed image", retriable: false);
            }

            all.Add(wanted);
        }

        return settings.ServicesLimit is { } limit and >= 0 && all.Count > limit
            ? throw EnvironmentException.Misconfigured($"too many services requested: {all.Count}, only {limit} allowed")
            : all;
    }

    private static ServiceDefinition Of(ServiceSettings service, Func<string, string> expand) => new()
    {
        Name = expand(service.Name),
        Alias = service.Alias.Length == 0 ? null : expand(service.Alias),
        Command = service.Command,
        Entrypoint = service.Entrypoint,
        Variables = [.. service.Environment.Select(pair => pair.Split('=', 2)).Select(pair =>
            new JobVariable { Key = pair[0], Value = pair.Length == 2 ? pair[1] : "", Public = true })],
    };

    private static ServiceDefinition Of(JobImage image, Func<string, string> expand) => new()
    {
        Name = expand(image.Name),
        Alias = image.Alias is { } alias ? expand(alias) : null,
        Command = image.Command,
        Entrypoint = image.Entrypoint,
        Variables = image.Variables,
        PullPolicy = image.PullPolicy,
        Options = ImageOptions.Of(image, expand),
    };
}
