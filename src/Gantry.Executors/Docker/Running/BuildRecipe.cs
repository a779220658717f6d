using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Images;

namespace Gantry.Executors.Docker.Running;

/// <summary>What the build container of a job is made from.</summary>
internal interface IBuildRecipe
{
    /// <summary>Who it runs as; empty is root.</summary>
    string User { get; }

    /// <summary><c>os/arch[/variant]</c>; null for the engine's own.</summary>
    string? Platform { get; }

    /// <param name="name">The container's.</param>
    /// <exception cref="EnvironmentException">A setting cannot be used.</exception>
    ContainerSpec Spec(string name);
}

/// <summary>By the job and the configuration.</summary>
internal sealed class BuildRecipe(DockerJob job, ImageDetails image, ImageOptions options, HostSpecs host) : IBuildRecipe
{
    public required string ImageName { get; init; }

    /// <summary>The container does what its image does; else it reads scripts.</summary>
    public bool Serves { get; init; }

    public string User => options.UserFor(job.Settings) is { Length: > 0 } user ? user : image.Config.User;

    public string? Platform => options.Platform.Length == 0 ? null
        : string.Join('/', new[] { image.Os, image.Architecture, image.Variant }.Where(part => part.Length > 0));

    public ContainerSpec Spec(string name)
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
            Cmd = Serves ? null : job.Guest.ReadScript(job.Plan.Shell),
            Entrypoint = entrypoint.Count > 0 ? entrypoint : null,
            Env = [.. job.Plan.Variables.Distinct().AsEnvironment],
            Labels = job.Labels.Build(),
            MacAddress = EngineRules.ContainerMacAddress(address, job.Version),
            AttachStdin = !Serves,
            AttachStdout = !Serves,
            AttachStderr = !Serves,
            OpenStdin = !Serves,
            StdinOnce = !Serves,
            HostConfig = host.Build(ImageName),
            NetworkingConfig = EngineRules.Endpoint(host.NetworkMode, ["build", name], address, job.Version),
        };
    }

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

/// <summary>As one that is there: the same container once more.</summary>
internal sealed class SameAgain(DockerJob job, ContainerDetails container) : IBuildRecipe
{
    public string User => container.Config.User ?? "";

    public string? Platform => null;

    public ContainerSpec Spec(string name)
    {
        var address = container.Config.MacAddress is { Length: > 0 } set ? set : null;
        return container.Config with
        {
            MacAddress = EngineRules.ContainerMacAddress(address, job.Version),
            HostConfig = container.HostConfig with { Links = container.HostConfig.Links?.Select(AsGiven).ToList() },
            NetworkingConfig = EngineRules.Endpoint(container.HostConfig.NetworkMode ?? "", ["build", name], address, job.Version),
        };
    }

    /// <summary>The engine shows <c>/other:/this/alias</c> for <c>other:alias</c>.</summary>
    private static string AsGiven(string link) =>
        link.Split(':', 2) is [['/', .. var other], ['/', .. var alias]] ? $"{other}:{alias[(alias.LastIndexOf('/') + 1)..]}" : link;
}
