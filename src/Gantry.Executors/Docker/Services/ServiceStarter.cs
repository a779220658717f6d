using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Images;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Services;

/// <summary>Starts the services of a job, all at the same time (official-executors §2.11).</summary>
internal sealed class ServiceStarter(DockerJob job, ImageSource images, HostSpecs host)
{
    private const int MostPorts = 20;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastStart = TimeSpan.FromSeconds(30);

    /// <exception cref="EnvironmentException">A service cannot be made or started.</exception>
    public async Task<IReadOnlyList<RunningService>> StartAsync(CancellationToken cancellationToken)
    {
        var definitions = ServiceDefinition.Collect(job.Settings, job.Plan.Payload.Services, job.Expand, job.Log.Line);
        var wanted = Claim(definitions);
        var logs = wanted.Select(_ => new DelayedLog(job.Log)).ToList();
        var starts = wanted.Select((service, i) => StartAsync(service, logs[i], cancellationToken)).ToList();
        for (var i = 0; i < starts.Count; i++)
        {
            logs[i].Open();
            await ((Task)starts[i]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await Task.WhenAll(starts);
    }

    /// <summary>Each alias belongs to the first service that names it.</summary>
    private List<Wanted> Claim(IReadOnlyList<ServiceDefinition> definitions)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var wanted = new List<Wanted>();
        for (var i = 0; i < definitions.Count; i++)
        {
            var definition = definitions[i];
            var name = ServiceName.Parse(definition.Name);
            if (name.Name.Length == 0)
            {
                throw EnvironmentException.Misconfigured($"invalid service image name: {definition.Name}");
            }

            var aliases = new List<string>();
            foreach (var alias in name.Aliases.Concat(ServiceName.Split(definition.Alias)).Distinct(StringComparer.Ordinal))
            {
                if (taken.Add(alias))
                {
                    aliases.Add(alias);
                }
                else
                {
                    job.Log.Warning($"Skipping alias \"{alias}\" for service \"{name.Name}\" (services[{i}]): alias is already in use by another service.");
                }
            }

            if (aliases.Count == 0)
            {
                job.Log.Warning($"Service \"{definition.Name}\" (services[{i}]) is not started: nobody could reach it. Give it an `alias` of its own.");
                continue;
            }

            wanted.Add(new Wanted(definition, name, aliases, i));
        }

        return wanted;
    }

    private async Task<RunningService> StartAsync(Wanted wanted, DelayedLog log, CancellationToken cancellationToken)
    {
        log.Line($"Starting service {wanted.Name.Title}...");
        var platform = ImagePlatform.Corrected(wanted.Definition.Options.Platform, log);
        var image = await images.GetAsync(new ImageWish(wanted.Name.Image, wanted.Definition.PullPolicy, platform), log, cancellationToken);
        var name = $"{job.Name}-{wanted.Name.Slug}-{wanted.Index.ToString(CultureInfo.InvariantCulture)}";
        job.Belongings.AddContainer(name);
        try
        {
            var created = await job.Engine.Containers.CreateAsync(name, platform.Length > 0 ? platform : null, Spec(wanted, image, log), cancellationToken);
            await job.Engine.Containers.StartAsync(created.Id, cancellationToken);
            return Running(wanted, image, await StartedAsync(created.Id, cancellationToken), name);
        }
        catch (EngineException e) when (e.IsBadRequest)
        {
            throw EnvironmentException.Misconfigured($"service {wanted.Name.Title}: {e.Message}");
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"service {wanted.Name.Title}: {e.Message}", e);
        }
    }

    private async Task<ContainerDetails> StartedAsync(string id, CancellationToken cancellationToken)
    {
        var limit = TimeSpan.FromSeconds(job.Settings.WaitForServicesTimeout) is var set && set > LeastStart ? set : LeastStart;
        var since = job.Time.GetTimestamp();
        while (true)
        {
            var details = await job.Engine.Containers.InspectAsync(id, cancellationToken);
            if (details.State.Status != "created")
            {
                return details;
            }

            if (job.Time.GetElapsedTime(since) > limit)
            {
                throw EnvironmentException.Broken($"service failed to start after {GoDuration.Format(limit)}");
            }

            await Task.Delay(Poll, job.Time, cancellationToken);
        }
    }

    private ContainerSpec Spec(Wanted wanted, ImageDetails image, DelayedLog log)
    {
        var definition = wanted.Definition;
        var entrypoint = definition.Entrypoint;
        if (entrypoint.Count > 0 && job.Settings.DisableEntrypointOverwrite)
        {
            log.Warning("Entrypoint override disabled");
            entrypoint = [];
        }

        return new ContainerSpec
        {
            Image = EngineRules.ImageReference(image),
            User = definition.Options.User.Length > 0 ? definition.Options.User : null,
            Cmd = definition.Command.Count > 0 ? definition.Command : null,
            Entrypoint = entrypoint.Count > 0 ? entrypoint : null,
            Env = [.. Environment(definition)],
            Labels = job.Labels.Service(wanted.Name.Name, wanted.Name.Version),
            HostConfig = host.Service(wanted.Name.Image),
            NetworkingConfig = EngineRules.Endpoint(host.NetworkMode, wanted.Aliases, null, job.Version),
        };
    }

    /// <summary>Services see what is public, and what they are given; secrets of the job are not theirs.</summary>
    private IEnumerable<string> Environment(ServiceDefinition definition) =>
        new JobVariables(job.Plan.Variables.ForService(definition.Variables)).Distinct().AsEnvironment;

    private static RunningService Running(Wanted wanted, ImageDetails image, ContainerDetails details, string name)
    {
        var environment = details.Config.Env ?? [];
        return new RunningService
        {
            Id = details.Id,
            Name = name,
            Image = wanted.Name,
            Aliases = wanted.Aliases,
            Addresses =
            [
                .. details.NetworkSettings.Networks.Values.SelectMany(n => new[] { n.IPAddress, n.GlobalIPv6Address }).Where(a => a.Length > 0).Distinct(),
            ],
            Ports = Ports(environment, details.Config.ExposedPorts?.Keys ?? []),
            HasHealthcheck = image.Config.Healthcheck?.Test is { Count: > 0 } test && test[0] != "NONE",
        };
    }

    /// <exception cref="EnvironmentException">The port in the environment is none.</exception>
    private static IReadOnlyList<int> Ports(IReadOnlyList<string> environment, IEnumerable<string> exposed)
    {
        const string Key = "HEALTHCHECK_TCP_PORT=";
        if (environment.LastOrDefault(pair => pair.StartsWith(Key, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            var text = named[Key.Length..];
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
                ? [port]
                : throw EnvironmentException.Misconfigured($"invalid health check tcp port: {text}");
        }

        return
        [
            .. exposed.Where(port => port.EndsWith("/tcp", StringComparison.Ordinal))
                .Select(port => int.Parse(port[..^4], NumberStyles.None, CultureInfo.InvariantCulture)).Order().Take(MostPorts),
        ];
    }

    private sealed record Wanted(ServiceDefinition Definition, ServiceName Name, IReadOnlyList<string> Aliases, int Index);
}
