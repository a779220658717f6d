using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Images;

namespace Gantry.Executors.Docker.Running;

/// <summary>The container of the user's steps: made once, started again for each step, made anew when it is gone.</summary>
internal sealed class BuildContainer(DockerJob job, ImageDetails image, ImageOptions options, HostSpecs host) : IScriptContainer
{
    private int _made;
    private ContainerRun? _current;

    public string ImageName { get; init; } = "";

    /// <summary>Who the container runs as: configured, asked for by the job, or the image's own; empty is root.</summary>
    public string User => options.UserFor(job.Settings) is { Length: > 0 } user ? user : image.Config.User;

    /// <summary>There is one, or there was.</summary>
    public bool IsMade => _made > 0;

    /// <summary>Makes it if there is none.</summary>
    /// <exception cref="EnvironmentException">The engine refuses: 400 is a mistake in settings, anything else a break.</exception>
    public async Task<ContainerRun> GetAsync(CancellationToken cancellationToken) => _current ??= await CreateAsync(cancellationToken);

    /// <summary>The next step gets a new one; files outside of volumes are gone.</summary>
    public async Task DropAsync(CancellationToken cancellationToken)
    {
        if (_current is { } current)
        {
            _current = null;
            await job.Belongings.RemoveContainerAsync(current.Container, cancellationToken);
        }
    }

    /// <summary>Null: there is none now.</summary>
    public string? CurrentId => Volatile.Read(ref _current)?.Container;

    /// <summary>It was found to be gone.</summary>
    public void Forget() => _current = null;

    private async Task<ContainerRun> CreateAsync(CancellationToken cancellationToken)
    {
        var name = _made++ == 0 ? $"{job.Name}-build" : $"{job.Name}-build-{_made}";
        return await ContainerMaking.MakeAsync(job, name, PlatformOf(image), Spec(name), "the build container", cancellationToken);
    }

    private ContainerSpec Spec(string name)
    {
        var settings = job.Settings;
        var address = HostRulesOf(() => Settings.HostRules.MacAddress(settings.MacAddress));
        IReadOnlyList<string> entrypoint = job.Plan.Payload.Image?.Entrypoint ?? [];
        if (entrypoint.Count > 0 && settings.DisableEntrypointOverwrite)
        {
            job.Log.Warning("Entrypoint override disabled");
            entrypoint = [];
        }

        return new ContainerSpec
        {
            Image = EngineRules.ImageReference(image),
            Hostname = settings.Hostname.Length > 0 ? settings.Hostname : job.Plan.UniqueName,
            User = options.UserFor(settings) is { Length: > 0 } user ? user : null,
            Cmd = ContainerCommand.For(job.Plan.Shell),
            Entrypoint = entrypoint.Count > 0 ? entrypoint : null,
            Env = [.. job.Plan.Variables.Distinct().AsEnvironment],
            Labels = job.Labels.Build(),
            MacAddress = EngineRules.ContainerMacAddress(address, job.Version),
            AttachStdin = true,
            AttachStdout = true,
            AttachStderr = true,
            OpenStdin = true,
            StdinOnce = true,
            HostConfig = host.Build(ImageName),
            NetworkingConfig = EngineRules.Endpoint(host.NetworkMode, ["build", name], address, job.Version),
        };
    }

    private string? PlatformOf(ImageDetails details) => options.Platform.Length == 0 ? null
        : string.Join('/', new[] { details.Os, details.Architecture, details.Variant }.Where(part => part.Length > 0));

    private static T HostRulesOf<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }
    }
}
