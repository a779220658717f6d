using Gantry.Engine.Executors;

namespace Gantry.Executors.VirtualMachines.VirtualBox;

/// <summary>One machine of VirtualBox.</summary>
internal sealed class VirtualBoxMachine(string name, VirtualBoxSettings settings, VmProgram program, VmPatience patience, TimeProvider time)
    : IVirtualMachine
{
    /// <summary>A machine whose power was taken away stays locked for a moment.</summary>
    private const int Tries = 5;

    public string Name => name;

    public async Task<VmStatus?> StatusAsync(CancellationToken cancellationToken) =>
        await program.AskAsync(patience.Question, ["showvminfo", name, "--machinereadable"], cancellationToken) is { Problem: null } answer
            ? VBoxOutput.Status(answer.Output)
            : null;

    public Task StartAsync(CancellationToken cancellationToken) =>
        program.RunAsync(patience.Change, ["startvm", name, "--type", settings.StartType], cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var answer = await program.AskAsync(patience.Change, ["controlvm", name, "poweroff"], cancellationToken);
        if (answer.Problem is { } problem && await StatusAsync(cancellationToken) is { Phase: VmPhase.Running or VmPhase.Busy })
        {
            throw EnvironmentException.Broken(problem);
        }
    }

    public Task KeepStateAsync(CancellationToken cancellationToken) =>
        program.RunAsync(patience.Change, ["snapshot", name, "take", "Started"], cancellationToken);

    public Task RestoreAsync(CancellationToken cancellationToken) =>
        program.RunAsync(patience.Change, ["snapshot", name, "restorecurrent"], cancellationToken);

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await program.AskAsync(patience.Change, ["controlvm", name, "poweroff"], cancellationToken);
        var problem = await DeleteAsync(cancellationToken);
        if (problem is null)
        {
            return;
        }

        // Its registration first: disks in use cannot be closed.
        await program.AskAsync(patience.Change, ["unregistervm", name], cancellationToken);
        await RemoveFilesAsync(cancellationToken);
        if (await StatusAsync(cancellationToken) is not null)
        {
            throw EnvironmentException.Broken(problem);
        }
    }

    private async Task<string?> DeleteAsync(CancellationToken cancellationToken)
    {
        for (var i = 1; ; i++)
        {
            var answer = await program.AskAsync(patience.Change, ["unregistervm", name, "--delete"], cancellationToken);
            if (answer.Problem is null || i == Tries)
            {
                return answer.Problem;
            }

            await Task.Delay(patience.Pause, time, cancellationToken);
        }
    }

    /// <summary>What is left when VirtualBox cannot delete a machine as a whole: its disks and its folder.</summary>
    private async Task RemoveFilesAsync(CancellationToken cancellationToken)
    {
        var disks = await program.AskAsync(patience.Question, ["list", "hdds"], cancellationToken);
        foreach (var disk in VBoxOutput.Disks(disks.Output).Where(disk => disk.Location.Split('/', '\\').Contains(name)))
        {
            await program.AskAsync(patience.Change, ["closemedium", disk.Uuid, "--delete"], cancellationToken);
        }

        var properties = await program.AskAsync(patience.Question, ["list", "systemproperties"], cancellationToken);
        foreach (var parent in new[] { VBoxOutput.MachineFolder(properties.Output), settings.BaseFolder })
        {
            // A name may be anything, also a path.
            if (parent is { Length: > 0 } && Path.Combine(parent, name) is var folder && VBoxOutput.IsImmediateChild(parent, folder))
            {
                RemoveFolder(folder);
            }
        }
    }

    private static void RemoveFolder(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw EnvironmentException.Broken($"the folder of a deleted VM stays: {e.Message}", e);
        }
    }
}
