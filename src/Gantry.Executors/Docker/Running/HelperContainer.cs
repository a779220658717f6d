using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Images;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Running;

/// <summary>
/// The container of hooks and of everything else that is a script but not a step of the user's, when <c>helper_image</c> names an
/// image for them. It shares the job's volumes with the build container and runs as the image's own user.
/// </summary>
internal sealed class HelperContainer(DockerJob job, ImageSource images, HostSpecs host) : IScriptContainer
{
    private int _made;
    private ContainerRun? _current;

    /// <summary>The official image of this engine, which the configured one replaces: it is named in the log.</summary>
    public required string Official { get; init; }

    /// <exception cref="EnvironmentException">No such image, or the engine refuses.</exception>
    public async Task<ContainerRun> GetAsync(CancellationToken cancellationToken) => _current ??= await CreateAsync(cancellationToken);

    public async Task DropAsync(CancellationToken cancellationToken)
    {
        if (_current is { } current)
        {
            _current = null;
            await job.Belongings.RemoveContainerAsync(current.Container, cancellationToken);
        }
    }

    public void Forget() => _current = null;

    private async Task<ContainerRun> CreateAsync(CancellationToken cancellationToken)
    {
        var wanted = job.Expand(job.Settings.HelperImage);
        if (_made == 0)
        {
            job.Log.Line($"Using helper image:  {wanted}  (overridden, default would be  {Official} )");
        }

        var image = await images.GetAsync(new ImageWish(wanted, [], ""), job.Log, cancellationToken);
        var name = _made++ == 0 ? $"{job.Name}-predefined" : $"{job.Name}-predefined-{_made}";
        return await ContainerMaking.MakeAsync(job, name, null, Spec(name, wanted, image), "the container of helper_image", cancellationToken);
    }

    private ContainerSpec Spec(string name, string wanted, ImageDetails image) => new()
    {
        Image = EngineRules.ImageReference(image),
        Hostname = job.Settings.Hostname.Length > 0 ? job.Settings.Hostname : job.Plan.UniqueName,
        // Files of hooks are for steps to write, whoever runs those.
        Cmd = ContainerCommand.For(job.Plan.Shell, openFiles: !job.Plan.Flags["FF_DISABLE_UMASK_FOR_DOCKER_EXECUTOR"]),
        Env = [.. job.Plan.Variables.Distinct().AsEnvironment],
        Labels = job.Labels.Predefined(),
        AttachStdin = true,
        AttachStdout = true,
        AttachStderr = true,
        OpenStdin = true,
        StdinOnce = true,
        HostConfig = host.Predefined(wanted),
        NetworkingConfig = EngineRules.Endpoint(host.NetworkMode, [name], null, job.Version),
    };
}
