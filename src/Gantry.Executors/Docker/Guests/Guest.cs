using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Volumes;

namespace Gantry.Executors.Docker.Guests;

/// <summary>What depends on the system inside a job's containers: rules, commands and scripts, as pure values.</summary>
internal abstract class Guest
{
    /// <summary>The name in <c>config.toml</c> of the executor for such containers.</summary>
    public abstract string Executor { get; }

    public abstract VolumeText Volumes { get; }

    /// <summary>
    /// The job's files are in the build container's own layer: it is kept as long as the job, and no other container sees them
    /// (docs/adr/0028). Else they are in a volume.
    /// </summary>
    public abstract bool KeepsFilesInContainer { get; }

    /// <summary>Containers find each other by name on a network of the job's own only.</summary>
    public abstract bool NamesNeedNetwork { get; }

    /// <summary>The user that may end everything in a container.</summary>
    public abstract string Superuser { get; }

    /// <summary>Run in a container, asks all of it to end; null: the signal to the container does.</summary>
    public abstract IReadOnlyList<string>? Terminate { get; }

    /// <summary>Run in a container, shows its sockets, for <see cref="Listening"/>.</summary>
    public abstract IReadOnlyList<string> ShowSockets { get; }

    public static Guest Of(DockerSettings settings) => settings.HasWindowsContainers ? WindowsGuest.Instance : LinuxGuest.Instance;

    /// <param name="shared">Jobs of all slots see one builds folder.</param>
    public abstract ExecutorTraits Traits(bool shared);

    /// <summary>Whether an engine's containers and a shell are of this kind.</summary>
    /// <param name="engine">Its <c>OSType</c>.</param>
    /// <param name="shell">The plan's; null: not known.</param>
    /// <exception cref="EnvironmentException">They are not.</exception>
    public abstract void Check(string engine, string? shell);

    /// <summary>What a container runs to read a script from its standard input.</summary>
    public abstract IReadOnlyList<string> ReadScript(string shell);

    /// <summary>A script that removes what is below a folder and keeps the folder.</summary>
    public abstract string Empty(string folder);

    /// <summary>A shell for a person, in a folder if it is there.</summary>
    public abstract IReadOnlyList<string> Interactive(string shell, string folder);

    /// <summary>Ends such a shell with everything that was started from it.</summary>
    /// <param name="mark"><c>KEY=VALUE</c> in the environment of all of it.</param>
    /// <param name="process">Asks the engine for the shell's number.</param>
    public abstract Task<IReadOnlyList<string>> EndInteractiveAsync(string mark, Func<Task<long>> process);

    /// <summary>Looks a name up: entrypoint and command of a container that fails when it is not found.</summary>
    /// <param name="name">Of a host.</param>
    /// <param name="shell">Configured; null for the executor's own.</param>
    public abstract (IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Command) LookUp(string name, string? shell);

    /// <summary>TCP ports on which something listens.</summary>
    /// <param name="sockets">What <see cref="ShowSockets"/> printed.</param>
    public abstract HashSet<int> Listening(string sockets);

    public abstract PlaceUsage Usage(ContainerUse use);
}
