using Gantry.Engine.Executors;

namespace Gantry.Executors.Docker.Workspaces;

/// <summary>The files of one job in its containers. One call at a time, while no script of the job runs.</summary>
internal interface IJobFiles
{
    /// <exception cref="EnvironmentException">The engine refused.</exception>
    Task PlaceAsync(IReadOnlyList<PlacedTree> trees, CancellationToken cancellationToken);

    /// <param name="folder">As scripts see it.</param>
    /// <param name="paths">Below it; <c>.</c> for all. What is not there is left out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EnvironmentException">The engine refused.</exception>
    Task<WorkspaceView> OpenAsync(string folder, IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>What is kept beside the containers and volumes, when those are gone.</summary>
    Task RemoveAsync(CancellationToken cancellationToken);

    /// <summary>A container could not be started, and how its files are given to it may be the cause.</summary>
    void Doubt(string why);
}
