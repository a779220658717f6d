using Gantry.Engine.Executors;

namespace Gantry.Executors.VirtualMachines.Parallels;

/// <summary>One machine of Parallels Desktop.</summary>
internal sealed class ParallelsMachine(string name, VmProgram program, VmPatience patience) : IVirtualMachine
{
    public string Name => name;

    public async Task<VmStatus?> StatusAsync(CancellationToken cancellationToken) =>
        await program.AskAsync(patience.Question, ["list", name, "--no-header", "--output", "status"], cancellationToken) is { Problem: null } answer
            ? PrlOutput.Status(answer.Output)
            : null;

    public Task StartAsync(CancellationToken cancellationToken) => program.RunAsync(patience.Change, ["start", name], cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var answer = await program.AskAsync(patience.Change, ["stop", name, "--kill"], cancellationToken);
        if (answer.Problem is { } problem && await StatusAsync(cancellationToken) is { Phase: VmPhase.Running or VmPhase.Busy })
        {
            throw EnvironmentException.Broken(problem);
        }
    }

    public Task KeepStateAsync(CancellationToken cancellationToken) =>
        program.RunAsync(patience.Change, ["snapshot", name, "--name", "Started"], cancellationToken);

    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        var snapshot = PrlOutput.CurrentSnapshot(await program.RunAsync(patience.Question, ["snapshot-list", name], cancellationToken))
            ?? throw EnvironmentException.Broken("no snapshot");
        await program.RunAsync(patience.Change, ["snapshot-switch", name, "--id", snapshot], cancellationToken);
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await program.AskAsync(patience.Change, ["stop", name, "--kill"], cancellationToken);
        var answer = await program.AskAsync(patience.Change, ["delete", name], cancellationToken);
        if (answer.Problem is { } problem)
        {
            // All that can be done about one whose files are gone.
            await program.AskAsync(patience.Change, ["unregister", name], cancellationToken);
            if (await StatusAsync(cancellationToken) is not null)
            {
                throw EnvironmentException.Broken(problem);
            }
        }
    }
}
