using Gantry.Engine.Traces;

namespace Gantry.Engine.Executors;

/// <summary>
/// A place (<see cref="IJobEnvironment"/>) whose work folder begins and ends with the job, so that sources are the runner's own work as
/// well, and the place does not even need git (docs/adr/0010).
/// <para>Law: nothing that a job could have written is given to git by the runner's process.</para>
/// </summary>
public interface IReachableWorkspace : IReachableFiles
{
    /// <summary>As scripts see it; said in <c>prepare_script</c>.</summary>
    string HostName { get; }

    /// <summary>A folder of the runner's own (0700) that outlives jobs: mirrors and checkouts of projects.</summary>
    string StateFolder { get; }

    /// <summary>
    /// Checkouts are made with files that everybody may write, as the official helper's umask of 0 makes them, so that they can be
    /// shared as they are. The place takes rights away again where its user owns the files.
    /// </summary>
    bool TreesAreOpen => false;

    /// <summary>
    /// The job may have what the keys of the runner's user open: job and runner are the same person. Else git on the runner's machine
    /// shows no key to the servers that a repository's submodules name.
    /// </summary>
    bool LendsKeys => false;

    /// <summary>Removes what is below a folder of the place, and keeps the folder. Nothing there is no error.</summary>
    /// <exception cref="EnvironmentException">The place broke.</exception>
    Task ClearAsync(string folder, IJobLog log, CancellationToken cancellationToken);
}
