using Gantry.Engine.Executors;
using Gantry.Engine.Traces;

namespace Gantry.Executors.VirtualMachines;

/// <summary>
/// A program that has virtual machines. Members throw <see cref="EnvironmentException"/> with the command that failed. Thread-safe.
/// </summary>
internal interface IHypervisor
{
    /// <summary>Asks the program for its version.</summary>
    /// <returns>The line of the log that names it.</returns>
    Task<string> AnnounceAsync(CancellationToken cancellationToken);

    /// <summary>Nothing is asked yet.</summary>
    IVirtualMachine Open(string name);

    /// <summary>Makes a machine that does not exist as a copy of its original, and starts it.</summary>
    Task CreateAsync(VmOrder order, IJobLog log, CancellationToken cancellationToken);

    /// <summary>Where the machine's ssh server is reached. A failure may pass while the machine starts.</summary>
    Task<VmAddress> FindAddressAsync(IVirtualMachine machine, CancellationToken cancellationToken);

    /// <summary>What is to be done in a machine that has just been started or restored, before a job may have it.</summary>
    Task SettleAsync(IVirtualMachine machine, IJobLog log, CancellationToken cancellationToken);
}

/// <summary>One virtual machine, known by its name.</summary>
internal interface IVirtualMachine
{
    string Name { get; }

    /// <summary>Null: there is none of this name.</summary>
    Task<VmStatus?> StatusAsync(CancellationToken cancellationToken);

    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Takes its power away. Nothing happens to one that is off.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Keeps the state of now for <see cref="RestoreAsync"/>, under the name <c>Started</c>.</summary>
    Task KeepStateAsync(CancellationToken cancellationToken);

    /// <summary>Back to the state that was kept last.</summary>
    Task RestoreAsync(CancellationToken cancellationToken);

    /// <summary>Stops it and removes it with its disks.</summary>
    Task RemoveAsync(CancellationToken cancellationToken);
}

/// <summary>A machine that is to be made.</summary>
/// <param name="Name">Of the new machine.</param>
/// <param name="Original">Which it is a copy of.</param>
internal sealed record VmOrder(string Name, string Original);

/// <summary>Where an ssh server is reached.</summary>
internal readonly record struct VmAddress(string Host, string Port);

/// <summary>What a machine does.</summary>
/// <param name="Word">As the program calls it.</param>
/// <param name="Phase">What that means here.</param>
internal readonly record struct VmStatus(string Word, VmPhase Phase);

internal enum VmPhase
{
    /// <summary>It can be started.</summary>
    Off,

    /// <summary>On its way, or held; waiting may help.</summary>
    Busy,

    Running,

    /// <summary>Its files are gone: it can only be removed.</summary>
    Lost,
}
