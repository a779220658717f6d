namespace Gantry.Executors.Docker.Running;

/// <summary>A container that scripts run in: made at the first one, started again for each, made anew when it is gone.</summary>
internal interface IScriptContainer
{
    /// <summary>Makes it if there is none.</summary>
    Task<ContainerRun> GetAsync(CancellationToken cancellationToken);

    /// <summary>Removes it; the next script gets a new one.</summary>
    Task DropAsync(CancellationToken cancellationToken);

    /// <summary>It was found to be gone.</summary>
    void Forget();
}
