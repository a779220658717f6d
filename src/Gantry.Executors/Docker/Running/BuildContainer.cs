using Gantry.Engine.Executors;

namespace Gantry.Executors.Docker.Running;

/// <summary>The container of the user's steps: made once, started again for each step, made anew when it is gone.</summary>
internal sealed class BuildContainer(DockerJob job, IBuildRecipe recipe) : IScriptContainer
{
    private int _made;
    private ContainerRun? _current;

    /// <summary>Who the container runs as: configured, asked for by the job, or the image's own; empty is root.</summary>
    public string User => recipe.User;

    /// <summary>There is one, or there was.</summary>
    public bool IsMade => _made > 0;

    /// <summary>One that an earlier process made.</summary>
    public static BuildContainer Found(DockerJob job, IBuildRecipe recipe, ContainerRun run) => new(job, recipe) { _current = run, _made = 1 };

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
        return await ContainerMaking.MakeAsync(job, name, recipe.Platform, recipe.Spec(name), "the build container", cancellationToken);
    }
}
